"""S3, header authentication: the right shape, but not what was signed."""

import base64
import hashlib
import re

import signing
from cases import ANY, Answer, Group
from signing import STREAMING, Credentials, authorization, iso, sha256

group = Group("s3-signed")
case = group.case

MISMATCH = Answer(403, "SignatureDoesNotMatch",
                  "The request signature we calculated does not match the signature you provided. Check your key and "
                  "signing method.",
                  {"AWSAccessKeyId": "{key_id}", "StringToSign": ANY, "SignatureProvided": "{signature}",
                   "StringToSignBytes": re.compile("41 57 53 34( [0-9a-f]{2})+"), "CanonicalRequest": ANY,
                   "CanonicalRequestBytes": re.compile("[0-9a-f]{2}( [0-9a-f]{2})+")})


def not_signed(names: str) -> Answer:
    return Answer(403, "AccessDenied", "There were headers present in the request which were not signed",
                  {"HeadersNotSigned": names})


def noted(world, request):
    """Notes the signature that the answer has to echo."""
    world.facts["signature"] = request.parts["Signature"]
    return request


@case("wrong-secret", "another secret", MISMATCH)
def _(world):
    return noted(world, world.put(credentials=Credentials(world.credentials.access_key, "wrong")))


@case("signature-bit", "one bit of the signature", MISMATCH)
def _(world):
    request = world.put()
    wrong = request.parts["Signature"]
    request.parts["Signature"] = f"{int(wrong[0], 16) ^ 1:x}" + wrong[1:]
    return noted(world, request.set("Authorization", authorization(request.parts)))


@case("signature-cut", "half a signature", MISMATCH)
def _(world):
    request = world.put()
    request.parts["Signature"] = request.parts["Signature"][:32]
    return noted(world, request.set("Authorization", authorization(request.parts)))


@case("other-method", "signed as GET, sent as PUT", MISMATCH)
def _(world):
    request = world.read()
    request.method = "PUT"
    return noted(world, request)


@case("other-path", "signed for another key", MISMATCH)
def _(world):
    request = world.put()
    request.path = world.object + "x"
    return noted(world, request)


@case("path-case", "the key in capitals", MISMATCH)
def _(world):
    request = world.put()
    request.path = world.object.replace("case", "CASE")
    return noted(world, request)


@case("double-slash", "S3 keys keep empty segments: b//k is not b/k", MISMATCH)
def _(world):
    request = world.put()
    request.path = request.path.replace("/case", "//case")
    return noted(world, request)


@case("path-encoded-twice", "signed as the other services do", MISMATCH)
def _(world):
    request = world.plain("PUT", world.object + "%2520a")
    request = signing.sign(request, world.credentials, world.scope())
    request.path = world.object + "%20a"
    return noted(world, request)


@case("added-parameter", "a parameter that was not signed", MISMATCH)
def _(world):
    request = world.put()
    return noted(world, request.set_query("x-id", "PutObject"))


@case("changed-parameter", "a parameter's value", MISMATCH)
def _(world):
    request = signing.sign(world.plain().set_query("x-id", "PutObject"), world.credentials, world.scope())
    return noted(world, request.set_query("x-id", "GetObject"))


@case("dropped-parameter", "a signed parameter is missing", MISMATCH)
def _(world):
    request = signing.sign(world.plain().set_query("x-id", "PutObject"), world.credentials, world.scope())
    return noted(world, request.drop("x-id"))


@case("changed-header", "a signed header's value", MISMATCH)
def _(world):
    return noted(world, world.put(("x-amz-meta-owner", "alice")).set("x-amz-meta-owner", "mallory"))


@case("changed-unprefixed-header", "a signed header that need not have been signed", MISMATCH)
def _(world):
    return noted(world, world.put(("Content-Type", "text/plain")).set("Content-Type", "text/html"))


@case("dropped-header", "a signed header is missing", MISMATCH)
def _(world):
    return noted(world, world.put(("x-amz-meta-owner", "alice")).drop("x-amz-meta-owner"))


@case("repeated-header", "a second value for a signed header", MISMATCH)
def _(world):
    return noted(world, world.put(("x-amz-meta-owner", "alice")).add("x-amz-meta-owner", "mallory"))


@case("swapped-values", "two values of one header, in the other order", MISMATCH)
def _(world):
    request = world.put(("x-amz-meta-list", "first"), ("x-amz-meta-list", "second"))
    values = iter(["second", "first"])
    request.headers = [(n, next(values) if n == "x-amz-meta-list" else v) for n, v in request.headers]
    return noted(world, request)


@case("other-host", "replayed against another host name", MISMATCH)
def _(world):
    request = world.plain().set("Host", "other." + world.hosts["s3"])
    request = signing.sign(request, world.credentials, world.scope())
    return noted(world, request.set("Host", world.hosts["s3"]))


@case("other-time", "X-Amz-Date a minute later than signed", MISMATCH)
def _(world):
    scope = world.scope(minutes=-1 if world.now().minute or world.now().hour else 1)
    return noted(world, world.put(scope=scope).set("X-Amz-Date", iso(world.now())))


@case("longer-header-list", "a name added to SignedHeaders", MISMATCH)
def _(world):
    request = world.put()
    request.parts["SignedHeaders"] += ";x-amz-meta-none"
    return noted(world, request.set("Authorization", authorization(request.parts)))


@case("header-moved-out-of-the-list", "what was signed is no longer said to be",
      not_signed("x-amz-meta-owner"))
def _(world):
    request = world.put(("x-amz-meta-owner", "alice"))
    request.parts["SignedHeaders"] = request.parts["SignedHeaders"].replace(";x-amz-meta-owner", "")
    return request.set("Authorization", authorization(request.parts))


@case("unsigned-amz-header", "an x-amz- header that was added", not_signed("x-amz-acl"))
def _(world):
    return world.put().add("x-amz-acl", "private")


@case("two-unsigned-amz-headers", "both are named", not_signed("x-amz-acl, x-amz-meta-a"))
def _(world):
    return world.put().add("x-amz-acl", "private").add("x-amz-meta-a", "b")


@case("unsigned-token", "a session token that was added", not_signed("x-amz-security-token"))
def _(world):
    return world.put().add("x-amz-security-token", "nonsense")


@case("unsigned-date", "X-Amz-Date is not in the list", not_signed("x-amz-date"))
def _(world):
    return world.put(unsigned=("x-amz-date",))


@case("unsigned-checksum", "complained of before the checksum is", not_signed("x-amz-checksum-crc32"))
def _(world):
    return world.put().add("x-amz-checksum-crc32", "AAAAAA==")


# --- the payload's hash and digests ----------------------------------------------------------------------------------


@case("other-body", "the body is not the one whose hash was signed",
      Answer(400, "XAmzContentSHA256Mismatch",
             "The provided 'x-amz-content-sha256' header does not match what was computed.",
             {"ClientComputedContentSHA256": "{announced}", "S3ComputedContentSHA256": "{computed}"}))
def _(world):
    request = world.put()
    world.facts["announced"] = request.header("x-amz-content-sha256")
    request.body = request.body[:-1] + b"D"
    world.facts["computed"] = sha256(request.body)
    return request


@case("changed-body-hash", "the hash was changed with the body", MISMATCH)
def _(world):
    request = world.put()
    request.body = b"another body"
    return noted(world, request.set("x-amz-content-sha256", sha256(request.body)))


@case("hash-replaced-by-unsigned", "UNSIGNED-PAYLOAD instead of the signed hash", MISMATCH)
def _(world):
    return noted(world, world.put().set("x-amz-content-sha256", "UNSIGNED-PAYLOAD"))


@case("order-signature-before-body", "a wrong secret and a wrong body: the signature is named", MISMATCH)
def _(world):
    request = world.put(credentials=Credentials(world.credentials.access_key, "wrong"))
    request.body = b"another body"
    return noted(world, request)


@case("no-payload-hash", "S3 wants the header",
      Answer(400, "InvalidRequest", "Missing required header for this request: x-amz-content-sha256"))
def _(world):
    return world.put(unsigned=("x-amz-content-sha256",)).drop("x-amz-content-sha256")


TOKENS = ("UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, "
          "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER, STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD, "
          "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER")
for name, token in (("payload-hash-cut", "0" * 63), ("payload-hash-unknown", "STREAMING-UNKNOWN-ALGORITHM"),
                    ("payload-hash-half-known", "STREAMING-UNSIGNED-PAYLOAD")):
    @case(name, "neither 64 hexadecimal digits nor a known token",
          Answer(400, "InvalidArgument", f"x-amz-content-sha256 must be {TOKENS} or a valid sha256 value.",
                 {"ArgumentName": "x-amz-content-sha256", "ArgumentValue": token}))
    def _(world, token=token):
        return world.put(payload=token)


@case("anonymous-streaming", "signed chunks without a signature to start from",
      Answer(400, "InvalidRequest", "Anonymous requests don't support this x-amz-content-sha256 value. Please use "
             "UNSIGNED-PAYLOAD or STREAMING-UNSIGNED-PAYLOAD-TRAILER."))
def _(world):
    return world.plain("PUT", None, ("x-amz-content-sha256", STREAMING))


@case("bad-md5", "Content-MD5 is not base64",
      Answer(400, "InvalidDigest", "The Content-MD5 you specified was invalid.", {"Content-MD5": "not a digest"}))
def _(world):
    return world.put(("Content-MD5", "not a digest"))


@case("short-md5", "Content-MD5 of too few octets",
      Answer(400, "InvalidDigest", "The Content-MD5 you specified was invalid.", {"Content-MD5": "YWJj"}))
def _(world):
    return world.put(("Content-MD5", "YWJj"))


@case("wrong-md5", "Content-MD5 of another body",
      Answer(400, "BadDigest", "The Content-MD5 you specified did not match what we received.",
             {"ExpectedDigest": ANY, "CalculatedDigest": ANY}))
def _(world):
    return world.put(("Content-MD5", base64.b64encode(hashlib.md5(b"another").digest()).decode()))


@case("bad-crc32", "a checksum that is not base64",
      Answer(400, "InvalidRequest", "Value for x-amz-checksum-crc32 header is invalid."))
def _(world):
    return world.put(("x-amz-checksum-crc32", "!"))


@case("wrong-crc32", "a checksum of another body",
      Answer(400, "BadDigest", "The CRC32 you specified did not match the calculated checksum."))
def _(world):
    return world.put(("x-amz-checksum-crc32", "AAAAAA=="))


@case("two-checksums", "checksums of two kinds",
      Answer(400, "InvalidRequest",
             "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed."))
def _(world):
    return world.put(("x-amz-checksum-crc32", "AAAAAA=="), ("x-amz-checksum-sha1", "qZk+NkcGgWq6PiVxeFDCbJzQ2J0="))


@case("announced-checksum", "an algorithm, but no checksum",
      Answer(400, "InvalidRequest", "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or "
             "x-amz-trailer headers were found."))
def _(world):
    return world.put(("x-amz-sdk-checksum-algorithm", "CRC32"))
