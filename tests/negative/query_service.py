"""IAM and STS. Their dialect is another than S3's: other codes, other texts, all faults of a scope named at once.

IAM's requests are CreateUser, so that a request accepted in error leaves a user behind; STS's are GetCallerIdentity.
"""

import re

from cases import Answer, Group, accepted
from signing import Credentials, authorization, iso

group = Group("iam-sts")
case = group.case

TEXT = ("The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key "
        "and signing method. Consult the service documentation for details.")
MISMATCH = Answer(403, "SignatureDoesNotMatch", TEXT)
TOKEN = Answer(403, "InvalidClientTokenId", "The security token included in the request is invalid.")
HASHED = r"\(Hashed with SHA-256 and encoded with Base64\) Authorization=[A-Za-z0-9+/]{43}="
PARAMETERS = "Re-examine the query-string parameters."


def incomplete(message) -> Answer:
    return Answer(400, "IncompleteSignature", message)


def scoped(message: str) -> Answer:
    return Answer(403, "SignatureDoesNotMatch", message)


for service in ("iam", "sts"):
    @case(f"{service}-control", "the request that the others spoil must be accepted", accepted())
    def _(world, service=service):
        return world.call(service)

    @case(f"{service}-anonymous", "nothing is signed",
          Answer(403, "MissingAuthenticationToken", "Request is missing Authentication Token"))
    def _(world, service=service):
        return world.form(service)

    @case(f"{service}-wrong-secret", "another secret", MISMATCH)
    def _(world, service=service):
        return world.call(service, credentials=Credentials(world.credentials.access_key, "wrong"))

    @case(f"{service}-signature-bit", "one bit of the signature", MISMATCH)
    def _(world, service=service):
        request = world.call(service)
        wrong = request.parts["Signature"]
        request.parts["Signature"] = f"{int(wrong[0], 16) ^ 1:x}" + wrong[1:]
        return request.set("Authorization", authorization(request.parts))

    @case(f"{service}-other-body", "the body was changed after signing: it is hashed, whatever the headers say", MISMATCH)
    def _(world, service=service):
        request = world.call(service)
        request.body += b"&Path=%2Fx%2F"
        return request

    @case(f"{service}-added-parameter", "a query parameter that was not signed", MISMATCH)
    def _(world, service=service):
        return world.call(service).set_query("Extra", "1")

    @case(f"{service}-other-host", "signed for another host", MISMATCH)
    def _(world, service=service):
        real = world.hosts[service]
        world.hosts = world.hosts | {service: "other." + real}
        try:
            return world.call(service).set("Host", real)
        finally:
            world.hosts = world.hosts | {service: real}

    @case(f"{service}-unknown-key", "an access key that does not exist", TOKEN)
    def _(world, service=service):
        return world.call(service, credentials=Credentials(world.unknown, "wrong"))

    for status in ("Inactive", "Deleted"):
        @case(f"{service}-{status.lower()}-key", "a retired key, and its right secret", TOKEN)
        def _(world, service=service, status=status):
            return world.call(service, credentials=world.session.retired_key(status))

    @case(f"{service}-token-on-long-term-key", "a session token with a key that has none", TOKEN)
    def _(world, service=service):
        own = world.credentials
        return world.call(service, credentials=Credentials(own.access_key, own.secret_key, "nonsense"))

    @case(f"{service}-unknown-algorithm", "a digest that does not exist",
          incomplete("Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA512'."))
    def _(world, service=service):
        request = world.call(service)
        return request.set("Authorization", authorization(request.parts, "AWS4-HMAC-SHA512"))

    for part in ("Credential", "Signature", "SignedHeaders"):
        @case(f"{service}-without-{part.lower()}", "one of three components is missing",
              incomplete(re.compile(f"Authorization header requires '{part}' parameter\\. {HASHED}")))
        def _(world, service=service, part=part):
            request = world.call(service)
            del request.parts[part]
            return request.set("Authorization", authorization(request.parts))

    @case(f"{service}-component-without-value", "no = in a component",
          incomplete(re.compile(r"'Signature' not a valid key=value pair \(missing equal-sign\) in Authorization header.*")))
    def _(world, service=service):
        request = world.call(service)
        text = authorization(request.parts)
        return request.set("Authorization", text[:text.index("Signature=")] + "Signature")

    @case(f"{service}-no-date", "neither X-Amz-Date nor Date", incomplete(re.compile(
          r"Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header\. .*")))
    def _(world, service=service):
        return world.call(service).drop("X-Amz-Date")

    @case(f"{service}-unreadable-date", "a date in the extended form", incomplete(
          "Date must be in ISO-8601 'basic format'. Got '2026-01-01T00:00:00Z'. See "
          "http://en.wikipedia.org/wiki/ISO_8601"))
    def _(world, service=service):
        return world.call(service).set("X-Amz-Date", "2026-01-01T00:00:00Z")

    @case(f"{service}-past", "signed 16 minutes ago",
          scoped(re.compile(r"Signature expired: {sent} is now earlier than \d{8}T\d{6}Z \(\d{8}T\d{6}Z - 15 min\.\)")))
    def _(world, service=service):
        scope = world.scope(service, minutes=-16)
        world.facts["sent"] = iso(scope.at)
        return world.call(service, scope)

    @case(f"{service}-future", "signed in 17 minutes",
          scoped(re.compile(r"Signature not yet current: {sent} is still later than \d{8}T\d{6}Z "
                            r"\(\d{8}T\d{6}Z \+ 15 min\.\)")))
    def _(world, service=service):
        scope = world.scope(service, minutes=17)
        world.facts["sent"] = iso(scope.at)
        return world.call(service, scope)

    @case(f"{service}-credential", "a credential of one part", incomplete(
          "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '{key_id}'"))
    def _(world, service=service):
        request = world.call(service)
        request.parts["Credential"] = world.credentials.access_key
        return request.set("Authorization", authorization(request.parts))

    @case(f"{service}-terminator", "signed for another terminator",
          scoped(re.compile("Credential should be scoped with a valid terminator: 'aws4_request'.*")))
    def _(world, service=service):
        return world.call(service, world.scope(service, terminator="aws5_request"))

    @case(f"{service}-scope-date", "signed for another day than X-Amz-Date's", scoped(re.compile(
          "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20150830' != "
          r"'{today}', from '{today}T\d{6}Z'.*")))
    def _(world, service=service):
        return world.call(service, world.scope(service, date="20150830"))

    @case(f"{service}-host-not-signed", "Host must be signed",
          scoped("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."))
    def _(world, service=service):
        return world.call(service, unsigned=("host",))


@case("sts-service", "signed for another service", scoped("Credential should be scoped to correct service: 'sts'. "))
def _(world):
    return world.call("sts", world.scope("ec2"))


# --- presigned: STS only, since that is what clients presign (EKS tokens, Vault logins) ------------------------------


@case("sts-control-presigned", "the URL that the others spoil must be accepted", accepted())
def _(world):
    return world.query()


@case("sts-control-long-expiry", "X-Amz-Expires means nothing here", accepted())
def _(world):
    return world.query(changes={"X-Amz-Expires": "99999999"})


for part in ("Credential", "Signature", "Date", "SignedHeaders"):
    @case(f"sts-presigned-without-{part.lower()}", "a parameter is missing",
          incomplete(f"AWS query-string parameters must include 'X-Amz-{part}'. {PARAMETERS}"))
    def _(world, part=part):
        return world.query().drop("X-Amz-" + part)


@case("sts-presigned-algorithm", "a digest that does not exist",
      Answer(403, "MissingAuthenticationToken", "Missing Authentication Token"))
def _(world):
    return world.query(changes={"X-Amz-Algorithm": "AWS4-HMAC-SHA512"})


@case("sts-presigned-old", "only the 15 minutes count, whatever X-Amz-Expires says",
      scoped(re.compile("Signature expired: {sent} is now earlier than .*")))
def _(world):
    scope = world.scope("sts", minutes=-16)
    world.facts["sent"] = iso(scope.at)
    return world.query(scope=scope, changes={"X-Amz-Expires": "86400"})


@case("sts-presigned-other-action", "a URL for one action used for another", MISMATCH)
def _(world):
    return world.query().set_query("Action", "GetSessionToken")


@case("sts-presigned-wrong-secret", "another secret", MISMATCH)
def _(world):
    return world.query(credentials=Credentials(world.credentials.access_key, "wrong"))


@case("sts-two-mechanisms", "a signed header on a presigned URL", Answer(403, "SignatureDoesNotMatch", ""))
def _(world):
    return world.query().add("Authorization", world.call("sts").header("Authorization"))
