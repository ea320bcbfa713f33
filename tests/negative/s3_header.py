"""S3, header authentication: its shape, scope, date and key."""

import re

from cases import ANY, Answer, Group, accepted
from signing import Credentials, authorization, iso

group = Group("s3-header")
case = group.case

MALFORMED = "AuthorizationHeaderMalformed"
PREFIX = "The authorization header is malformed; "
THREE = PREFIX + "the authorization header requires three components: Credential, SignedHeaders, and Signature."
SHAPE = PREFIX + 'the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".'
DATE_NEEDED = "AWS authentication requires a valid Date or x-amz-date header"
SKEWED = Answer(403, "RequestTimeTooSkewed", "The difference between the request time and the current time is too large.",
                {"RequestTime": "{sent}", "ServerTime": ANY, "MaxAllowedSkewMilliseconds": "900000"})


def malformed(message: str, **elements) -> Answer:
    return Answer(400, MALFORMED, message, elements)


@case("control-header", "the request that the others spoil must be accepted", accepted())
def _(world):
    return world.put()


@case("control-spaces-and-order", "no space, or several, after the commas; components in another order", accepted())
def _(world):
    request = world.put()
    parts = request.parts
    return request.set("Authorization", f"AWS4-HMAC-SHA256 Signature={parts['Signature']},"
                                        f"SignedHeaders={parts['SignedHeaders']},   Credential={parts['Credential']}")


@case("no-space", "a value without a scheme",
      Answer(400, "InvalidArgument", "Authorization header is invalid -- one and only one ' ' (space) required.",
             {"ArgumentName": "Authorization", "ArgumentValue": "garbage"}))
def _(world):
    return world.put().set("Authorization", "garbage")


@case("unknown-scheme", "a scheme that S3 does not know", Answer(400, "InvalidArgument", "Unsupported Authorization Type",
      {"ArgumentName": "Authorization", "ArgumentValue": ANY}))
def _(world):
    return world.put().set("Authorization", "Bearer abcdef")


@case("unknown-algorithm", "a digest that does not exist", Answer(400, "InvalidArgument", "Unsupported Authorization Type",
      {"ArgumentName": "Authorization", "ArgumentValue": ANY}))
def _(world):
    request = world.put()
    return request.set("Authorization", authorization(request.parts, "AWS4-HMAC-SHA512"))


@case("empty-authorization", "an Authorization header of nothing", Answer(403, "AccessDenied"))
def _(world):
    return world.put().set("Authorization", "")


@case("two-authorizations", "the right header twice", Answer(501, "NotImplemented", None, {"Header": "Authorization"}))
def _(world):
    request = world.put()
    return request.add("Authorization", request.header("Authorization"))


@case("two-mechanisms", "a signed header on a presigned URL",
      Answer(400, "InvalidArgument", "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature "
             "query string parameter or the Authorization header should be specified",
             {"ArgumentName": "Authorization", "ArgumentValue": ANY}))
def _(world):
    return world.presigned().add("Authorization", world.put().header("Authorization"))


for part in ("Credential", "SignedHeaders", "Signature"):
    @case(f"without-{part.lower()}", "one of three components is missing", malformed(THREE))
    def _(world, part=part):
        request = world.put()
        del request.parts[part]
        return request.set("Authorization", authorization(request.parts))


@case("unknown-component", "a fourth component", malformed(THREE))
def _(world):
    request = world.put()
    return request.set("Authorization", authorization(request.parts) + ", Extra=1")


@case("repeated-component", "a component given twice", malformed(THREE))
def _(world):
    request = world.put()
    return request.set("Authorization", authorization(request.parts) + ", Signature=" + request.parts["Signature"])


@case("component-without-value", "no = in a component", malformed(PREFIX + 'the authorization component "Signature" is malformed.'))
def _(world):
    request = world.put()
    text = authorization(request.parts)
    return request.set("Authorization", text[:text.index("Signature=")] + "Signature")


@case("credential-of-four", "the credential lacks its terminator", malformed(SHAPE))
def _(world):
    request = world.put()
    return request.set("Authorization", request.header("Authorization").replace("/aws4_request", ""))


@case("credential-of-one", "only an access key", malformed(SHAPE))
def _(world):
    request = world.put()
    request.parts["Credential"] = world.credentials.access_key
    return request.set("Authorization", authorization(request.parts))


@case("terminator", "signed for another terminator",
      malformed(PREFIX + 'incorrect terminal "aws5_request". This endpoint uses "aws4_request".'))
def _(world):
    return world.put(scope=world.scope(terminator="aws5_request"))


@case("scope-date-form", "the scope's date is no date",
      malformed(PREFIX + 'incorrect date format "2026-1-1". This date in the credential must be in the format "yyyyMMdd".'))
def _(world):
    return world.put(scope=world.scope(date="2026-1-1"))


@case("scope-date", "signed for another day than X-Amz-Date's",
      malformed(PREFIX + "Invalid credential date. Date is not the same as X-Amz-Date."))
def _(world):
    return world.put(scope=world.scope(date="20150830"))


@case("service", "signed for another service",
      malformed(PREFIX + 'incorrect service "ec2". This endpoint belongs to "s3".'))
def _(world):
    return world.put(scope=world.scope("ec2")).add("x-amz-content-sha256", "UNSIGNED-PAYLOAD")


@case("empty-service", "signed for no service", malformed(PREFIX + 'incorrect service "". This endpoint belongs to "s3".'))
def _(world):
    return world.put(scope=world.scope(service="")).add("x-amz-content-sha256", "UNSIGNED-PAYLOAD")


@case("region", "signed for another region",
      malformed(PREFIX + "the region 'mars-north-1' is wrong; expecting '{region}'", Region="{region}"))
def _(world):
    return world.put(scope=world.scope(region="mars-north-1"))


@case("region-aws-global", "Terraform's name for no region, which S3 does not take",
      malformed(PREFIX + "the region 'aws-global' is wrong; expecting '{region}'", Region="{region}"))
def _(world):
    return world.put(scope=world.scope(region="aws-global"))


@case("region-without-bucket", "ListBuckets tells the region in a header too",
      Answer(400, MALFORMED, PREFIX + "the region 'mars-north-1' is wrong; expecting '{region}'", {"Region": "{region}"},
             {"x-amz-bucket-region": "{region}"}))
def _(world):
    return world.read(path="/", scope=world.scope(region="mars-north-1"))


@case("region-head", "an answer to HEAD has no body", Answer(400, empty=True))
def _(world):
    return world.read("HEAD", scope=world.scope(region="mars-north-1"))


@case("no-date", "neither X-Amz-Date nor Date", Answer(403, "AccessDenied", DATE_NEEDED))
def _(world):
    return world.put().drop("X-Amz-Date")


@case("unreadable-date", "a date in the extended form", Answer(403, "AccessDenied", DATE_NEEDED))
def _(world):
    return world.put(("X-Amz-Date", world.now().strftime("%Y-%m-%dT%H:%M:%SZ")))


@case("past", "signed 16 minutes ago", SKEWED)
def _(world):
    scope = world.scope(minutes=-16)
    world.facts["sent"] = iso(scope.at)
    return world.put(scope=scope)


@case("future", "signed in 17 minutes", SKEWED)
def _(world):
    scope = world.scope(minutes=17)
    world.facts["sent"] = iso(scope.at)
    return world.put(scope=scope)


UNKNOWN = Answer(403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.",
                 {"AWSAccessKeyId": "{unknown}"})


@case("unknown-key", "an access key that does not exist", UNKNOWN)
def _(world):
    return world.put(credentials=Credentials(world.unknown, world.credentials.secret_key))


@case("inactive-key", "a key that was set Inactive", UNKNOWN)
def _(world):
    key = world.session.retired_key("Inactive")
    world.facts["unknown"] = key.access_key
    return world.put(credentials=key)


@case("deleted-key", "a key that was deleted", UNKNOWN)
def _(world):
    key = world.session.retired_key("Deleted")
    world.facts["unknown"] = key.access_key
    return world.put(credentials=key)


@case("other-keys-secret", "one key's id with another key's secret", Answer(403, "SignatureDoesNotMatch", None, {
      "AWSAccessKeyId": "{key_id}", "StringToSign": ANY, "SignatureProvided": ANY, "StringToSignBytes": ANY,
      "CanonicalRequest": ANY, "CanonicalRequestBytes": ANY}))
def _(world):
    other = world.session.retired_key("Deleted")
    return world.put(credentials=Credentials(world.credentials.access_key, other.secret_key))


@case("anonymous", "a private bucket, and nobody", Answer(403, "AccessDenied"))
def _(world):
    return world.plain()


@case("dated-anonymous", "X-Amz-Date, but nothing signed", Answer(403, "AccessDenied"))
def _(world):
    return world.plain("PUT", None, ("X-Amz-Date", iso(world.now())))


@case("token-on-long-term-key", "a session token, signed, with a key that has none",
      Answer(400, "InvalidToken", "The provided token is malformed or otherwise invalid.", {"Token-0": "nonsense"}))
def _(world):
    own = world.credentials
    return world.put(credentials=Credentials(own.access_key, own.secret_key, "nonsense"))


# --- which complaint comes first -------------------------------------------------------------------------------------


@case("order-skew-before-region", "both wrong: the clock is named", SKEWED)
def _(world):
    scope = world.scope(minutes=-20, region="mars-north-1")
    world.facts["sent"] = iso(scope.at)
    return world.put(scope=scope)


@case("order-region-before-service", "both wrong: the region is named",
      malformed(PREFIX + "the region 'mars-north-1' is wrong; expecting '{region}'", Region="{region}"))
def _(world):
    return world.put(scope=world.scope("ec2", region="mars-north-1")).add("x-amz-content-sha256", "UNSIGNED-PAYLOAD")


@case("order-headers-before-key", "an unsigned header and an unknown key: the header is named",
      Answer(403, "AccessDenied", "There were headers present in the request which were not signed",
             {"HeadersNotSigned": "x-amz-acl"}))
def _(world):
    return world.put(("x-amz-acl", "private"), unsigned=("x-amz-acl",),
                     credentials=Credentials(world.unknown, "wrong"))


@case("order-key-before-signature", "an unknown key and a wrong signature: the key is named", UNKNOWN)
def _(world):
    return world.put(credentials=Credentials(world.unknown, "wrong"))


@case("order-signature-before-token", "a wrong secret and a token: the signature is named",
      Answer(403, "SignatureDoesNotMatch", re.compile("The request signature we calculated .*"),
             {"AWSAccessKeyId": "{key_id}", "StringToSign": ANY, "SignatureProvided": ANY, "StringToSignBytes": ANY,
              "CanonicalRequest": ANY, "CanonicalRequestBytes": ANY}))
def _(world):
    return world.put(credentials=Credentials(world.credentials.access_key, "wrong", "nonsense"))
