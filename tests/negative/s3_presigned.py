"""S3, presigned URLs of version 4, and both forms of version 2."""

import datetime
import re
import time

import signing
from cases import ANY, Answer, Group, accepted
from signing import Credentials

group = Group("s3-presigned")
case = group.case

CODE = "AuthorizationQueryParametersError"
PARSING = "Error parsing the X-Amz-Credential parameter; "
SIX = Answer(400, CODE, "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, "
             "X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.")
TEXT = ("The request signature we calculated does not match the signature you provided. Check your key and signing "
        "method.")
MISMATCH = Answer(403, "SignatureDoesNotMatch", TEXT,
                  {"AWSAccessKeyId": "{key_id}", "StringToSign": ANY, "SignatureProvided": "{signature}",
                   "StringToSignBytes": ANY, "CanonicalRequest": ANY, "CanonicalRequestBytes": ANY})
UNKNOWN = Answer(403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.",
                 {"AWSAccessKeyId": "{unknown}"})
ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def expired(seconds: str) -> Answer:
    return Answer(403, "AccessDenied", "Request has expired",
                  {"X-Amz-Expires": seconds, "Expires": ISO, "ServerTime": ISO})


def noted(world, request):
    world.facts["signature"] = request.parts["Signature"]
    return request


@case("control-presigned", "the URL that the others spoil must be accepted", accepted())
def _(world):
    return world.presigned()


@case("control-a-week", "604800 seconds are allowed", accepted())
def _(world):
    return world.presigned(expires="604800")


@case("control-signed-an-hour-ago", "a URL's age is limited by X-Amz-Expires only", accepted())
def _(world):
    return world.presigned(scope=world.scope(minutes=-60), expires="7200")


for part in ("Algorithm", "Credential", "Signature", "Date", "SignedHeaders", "Expires"):
    @case(f"without-{part.lower()}", "one of six parameters is missing", SIX)
    def _(world, part=part):
        return world.presigned().drop("X-Amz-" + part)


@case("algorithm", "a digest that does not exist",
      Answer(400, CODE, 'X-Amz-Algorithm only supports "AWS4-HMAC-SHA256 and AWS4-ECDSA-P256-SHA256"'))
def _(world):
    return world.presigned(changes={"X-Amz-Algorithm": "AWS4-HMAC-SHA512"})


SHAPE = Answer(400, CODE, PARSING + 'the Credential is mal-formed; expecting '
               '"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".')


@case("credential", "a credential of one part", SHAPE)
def _(world):
    return world.presigned(changes={"X-Amz-Credential": world.credentials.access_key})


@case("credential-encoded-twice", "%252F for the slashes", SHAPE)
def _(world):
    return world.presigned(
        changes={"X-Amz-Credential": f"{world.credentials.access_key}/{world.scope().text()}".replace("/", "%2F")})


@case("service", "signed for another service",
      Answer(400, CODE, PARSING + 'incorrect service "ec2". This endpoint belongs to "s3".'))
def _(world):
    return world.presigned(scope=world.scope("ec2"))


# Which quotes stand around the regions is not certain.
REGION = Answer(400, CODE, re.compile(PARSING + "the region .mars-north-1. is wrong; expecting .{region}."),
                {"Region": "{region}"},
                {"x-amz-bucket-region": "{region}"})


@case("region", "signed for another region", REGION)
def _(world):
    return world.presigned(scope=world.scope(region="mars-north-1"))


@case("order-region-before-service", "both wrong: the region is named", REGION)
def _(world):
    return world.presigned(scope=world.scope("ec2", region="mars-north-1"))


@case("scope-date", "signed for another day than X-Amz-Date's",
      Answer(400, CODE, re.compile(
          r'Invalid credential date "20150830"\. This date is not the same as X-Amz-Date: "{today}(T\d{6}Z)?"\.')))
def _(world):
    return world.presigned(scope=world.scope(date="20150830"))


@case("date", "a date in the extended form",
      Answer(400, CODE, "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\""))
def _(world):
    return world.presigned(changes={"X-Amz-Date": "2026-01-01T00:00:00Z"})


for name, value, text in (
        ("expires-text", "soon", "X-Amz-Expires should be a number"),
        ("expires-negative", "-1", "X-Amz-Expires must be non-negative"),
        ("expires-too-long", "604801", "X-Amz-Expires must be less than a week (in seconds); that is, the given "
         "X-Amz-Expires must be less than 604800 seconds")):
    @case(name, "an X-Amz-Expires that is not allowed", Answer(400, CODE, text))
    def _(world, value=value):
        return world.presigned(expires=value)


@case("expired", "signed 10 minutes ago for 5", expired("300"))
def _(world):
    return world.presigned(scope=world.scope(minutes=-10))


@case("expires-at-once", "valid for no time at all", expired("0"))
def _(world):
    return world.presigned(scope=world.scope(minutes=-0.05), expires="0")


@case("order-expired-before-scope-date", "both wrong: the expiry is named", expired("300"))
def _(world):
    return world.presigned(scope=world.scope(minutes=-10, date="20150830"))


@case("wrong-secret", "another secret", MISMATCH)
def _(world):
    return noted(world, world.presigned(credentials=Credentials(world.credentials.access_key, "wrong")))


@case("unknown-key", "an access key that does not exist", UNKNOWN)
def _(world):
    return world.presigned(credentials=Credentials(world.unknown, "wrong"))


@case("deleted-key", "a URL dies with its key", UNKNOWN)
def _(world):
    key = world.session.retired_key("Deleted")
    world.facts["unknown"] = key.access_key
    return world.presigned(credentials=key)


@case("other-method", "a URL to read, used to write", MISMATCH)
def _(world):
    request = world.presigned(method="GET")
    request.method, request.body = "PUT", world.body
    return noted(world, request)


@case("other-path", "a URL for another key", MISMATCH)
def _(world):
    request = world.presigned()
    request.path += "x"
    return noted(world, request)


@case("added-parameter", "a parameter that was not signed", MISMATCH)
def _(world):
    return noted(world, world.presigned().set_query("versionId", "null"))


@case("longer-expiry", "X-Amz-Expires raised after signing", MISMATCH)
def _(world):
    return noted(world, world.presigned().set_query("X-Amz-Expires", "86400"))


@case("changed-signed-header", "a signed header of another value", MISMATCH)
def _(world):
    return noted(world, world.presigned(("Content-Type", "image/png")).set("Content-Type", "text/html"))


@case("dropped-signed-header", "a signed header is not sent", MISMATCH)
def _(world):
    return noted(world, world.presigned(("Content-Type", "image/png")).drop("Content-Type"))


@case("unsigned-amz-header", "an x-amz- header that was added",
      Answer(403, "AccessDenied", "There were headers present in the request which were not signed",
             {"HeadersNotSigned": "x-amz-acl"}))
def _(world):
    return world.presigned().add("x-amz-acl", "public-read")


@case("token-on-long-term-key", "a session token, signed, with a key that has none",
      Answer(400, "InvalidToken", "The provided token is malformed or otherwise invalid.", {"Token-0": "nonsense"}))
def _(world):
    own = world.credentials
    return world.presigned(credentials=Credentials(own.access_key, own.secret_key, "nonsense"))


# --- version 2: S3's old regions still take it -----------------------------------------------------------------------

MISMATCH_V2 = Answer(403, "SignatureDoesNotMatch", TEXT,
                     {"AWSAccessKeyId": "{key_id}", "StringToSign": ANY, "SignatureProvided": "{signature}",
                      "StringToSignBytes": ANY})


def v2_header(world, key=None, *headers):
    return signing.sign_v2(world.plain("PUT", None, *headers), key or world.credentials, world.now())


def v2_query(world, seconds=300, key=None, method="PUT"):
    return signing.presign_v2(world.plain(method), key or world.credentials, int(time.time()) + seconds)


@case("v2-control-header", "version 2 must be accepted for its cases to mean anything", accepted())
def _(world):
    return v2_header(world)


@case("v2-control-query", "likewise, presigned", accepted())
def _(world):
    return v2_query(world)


@case("v2-header-wrong-secret", "another secret", MISMATCH_V2)
def _(world):
    return noted(world, v2_header(world, Credentials(world.credentials.access_key, "wrong")))


@case("v2-query-wrong-secret", "another secret", MISMATCH_V2)
def _(world):
    return noted(world, v2_query(world, key=Credentials(world.credentials.access_key, "wrong")))


@case("v2-header-added-amz-header", "version 2 has no list of signed headers: what is added breaks the signature",
      MISMATCH_V2)
def _(world):
    return noted(world, v2_header(world).add("x-amz-acl", "public-read"))


@case("v2-header-changed-type", "Content-Type is signed", MISMATCH_V2)
def _(world):
    return noted(world, v2_header(world, None, ("Content-Type", "image/png")).set("Content-Type", "text/html"))


@case("v2-header-unknown-key", "an access key that does not exist", UNKNOWN)
def _(world):
    return v2_header(world, Credentials(world.unknown, "wrong"))


@case("v2-header-old-date", "signed 16 minutes ago", Answer(403, "RequestTimeTooSkewed", None, {
      "RequestTime": ANY, "ServerTime": ANY, "MaxAllowedSkewMilliseconds": "900000"}))
def _(world):
    return signing.sign_v2(world.plain(), world.credentials, world.now() - datetime.timedelta(minutes=16))


@case("v2-query-expired", "a URL of the past",
      Answer(403, "AccessDenied", "Request has expired", {"Expires": ISO, "ServerTime": ISO}))
def _(world):
    return v2_query(world, -10)


for part in ("Signature", "Expires", "AWSAccessKeyId"):
    @case(f"v2-query-without-{part.lower()}", "one of three parameters is missing",
          Answer(403, "AccessDenied",
                 "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters"))
    def _(world, part=part):
        return v2_query(world).drop(part)


@case("v2-query-longer-expiry", "Expires raised after signing", MISMATCH_V2)
def _(world):
    return noted(world, v2_query(world).set_query("Expires", str(int(time.time()) + 86400)))


@case("v2-query-other-path", "a URL for another key", MISMATCH_V2)
def _(world):
    request = v2_query(world)
    request.path += "x"
    return noted(world, request)


@case("v2-query-added-subresource", "sub-resources are signed", MISMATCH_V2)
def _(world):
    return noted(world, v2_query(world).set_query("tagging", ""))


@case("v2-query-other-method", "a URL to read, used to write", MISMATCH_V2)
def _(world):
    request = v2_query(world, method="GET")
    request.method, request.body = "PUT", world.body
    return noted(world, request)
