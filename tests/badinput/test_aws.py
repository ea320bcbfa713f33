"""Well-formed HTTP whose content is wrong: keys, escapes, digests, XML, forms and signatures."""

import base64
import datetime
import hashlib
import secrets
import time
import urllib.parse

import pytest
from rawhttp import Closed, Connection, head


def is_absent(signer, target: str) -> None:
    got = signer.call("GET", target)
    assert (got.status, got.code) == (404, "NoSuchKey"), got


# --- keys and escapes ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["%", "%2", "%G0", "%0G", "a%", "a%2", "a%zz/b", "%%41", "%u0041"])
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_invalid_percent_escapes(connect, signer, bucket, method, key):
    connection = connect()
    target = f"/{bucket}/{key}"
    connection.send(signer.request(method, target))
    try:
        answer = connection.read(method)
    except Closed:
        return
    assert answer.status == 400, answer


@pytest.mark.parametrize("where", ["list-type=2&prefix=%", "prefix=%zz", "list-type=2&delimiter=%2", "%=1"])
def test_invalid_percent_escapes_in_the_query(connect, signer, bucket, where):
    answer = signer.call("GET", f"/{bucket}?{where}")
    assert answer.status in (400, 403), answer


@pytest.mark.parametrize("key", ["%FF", "a%FFb", "%C0%AF", "%C3", "%C3%28", "%E2%82", "%ED%A0%80", "%F5%80%80%80",
                                 "%F0%82%82%AC", "%80"])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_keys_that_are_not_utf8(signer, bucket, method, key):
    answer = signer.call(method, f"/{bucket}/{key}")
    assert (answer.status, answer.code) == (400, "InvalidURI"), answer
    assert answer.message == "Couldn't parse the specified URI."


@pytest.mark.parametrize("key", ["%00", "a%00b", "%0D", "a%0Db", "%0A", "%0D%0AX-Injected%3A%20yes", "%01%1F", "%7F", "%C2%85",
                                 "%EF%BF%BE", "%EF%BF%BF"])
def test_control_characters_in_keys_are_kept_or_refused(signer, bucket, key):
    """Never cut at a NUL, never a header injected by a CR LF, never XML that nobody can read."""
    target, plain = f"/{bucket}/ctl/{key}", urllib.parse.unquote_to_bytes(f"ctl/{key}")
    put = signer.call("PUT", target, b"body")
    assert put.status in (200, 400), put
    assert "x-injected" not in put.headers
    short = signer.call("GET", f"/{bucket}/ctl/")
    assert short.code == "NoSuchKey", short
    if put.status == 400:
        assert put.code == "InvalidURI", put
        return
    got = signer.call("GET", target)
    assert (got.status, got.body) == (200, b"body")
    listed = signer.call("GET", f"/{bucket}?encoding-type=url&list-type=2&prefix=ctl%2F")
    assert urllib.parse.unquote_to_bytes(listed.error("Key").replace("+", " ")) == plain, listed
    missing = signer.call("GET", f"/{bucket}/ctl-missing/{key}")
    assert "x-injected" not in missing.headers
    assert missing.status == 404
    missing_text = missing.body.decode()  # UTF-8, whatever the key
    assert "<Code>NoSuchKey</Code>" in missing_text
    copied = signer.call("PUT", f"/{bucket}/ctl-copy", b"", {"x-amz-copy-source": target})
    assert copied.status == 200, copied
    assert signer.call("DELETE", target).status == 204
    is_absent(signer, target)


def test_a_raw_listing_with_a_carriage_return_in_a_key_is_readable(signer, bucket):
    assert signer.call("PUT", f"/{bucket}/cr/a%0Db", b"").status == 200
    listed = signer.call("GET", f"/{bucket}?list-type=2&prefix=cr%2F")
    assert listed.error("Key") == "cr/a\rb"
    assert signer.call("DELETE", f"/{bucket}/cr/a%0Db").status == 204


def test_keys_too_long(signer, bucket):
    for key in ("k" * 1025, "%C3%A9" * 513, "k" * 5000):
        answer = signer.call("PUT", f"/{bucket}/{key}", b"")
        assert (answer.status, answer.code) == (400, "KeyTooLongError"), answer
        assert answer.error("MaxSizeAllowed") == "1024"


def test_dot_segments_and_double_slashes_stay_in_their_bucket(connect, signer, bucket):
    assert signer.call("PUT", "/other-bucket").status == 200
    for sent, signed in (
        (f"/{bucket}/../other-bucket/k", None), (f"/{bucket}/a/../../other-bucket/k", None),
        (f"/{bucket}//other-bucket/k", None),
        # Unusual spellings are decoded and signed in the normal form.
        (f"/{bucket}/%2E%2E/other-bucket/k", f"/{bucket}/../other-bucket/k"),
        (f"/{bucket}/..%2Fother-bucket%2Fk", f"/{bucket}/../other-bucket/k"),
    ):
        connection, normal = connect(), signed or sent
        connection.send(signer.request("PUT", normal, b"x").replace(normal.encode(), sent.encode(), 1))
        answer = connection.read("PUT")
        assert answer.status == 200, (sent, str(answer))
        is_absent(signer, "/other-bucket/k")
        assert signer.call("GET", normal).body == b"x"
        assert signer.call("DELETE", normal).status == 204
    assert signer.call("DELETE", "/other-bucket").status == 204


@pytest.mark.parametrize("target", ["//k", "/../k", "/./k", "/%00/k", "/bad%2Finput/k", "/UPPER/k", "/a/k", "/%FF/k", "/..", "/.",
                                    "/ä/k".encode().decode("latin-1")])
def test_bad_bucket_names(connect, signer, bucket, target):
    connection = connect()
    connection.send(signer.request("GET", target))
    try:
        answer = connection.read()
    except Closed:
        return
    assert answer.status in (400, 403, 404), answer
    assert answer.code in ("InvalidBucketName", "InvalidURI", "NoSuchBucket", "SignatureDoesNotMatch", ""), answer


@pytest.mark.parametrize("source", ["", "/", "x", "/x", "//", "/bad-input", "/bad-input/", "/bad-input/%FF", "/bad-input/%",
                                    "/bad-input/%zz", "%", "/bad-input/k?versionId=", "/bad-input/k?versionId=x"])
def test_bad_copy_sources(signer, bucket, source):
    answer = signer.call("PUT", f"/{bucket}/copy-target", b"", {"x-amz-copy-source": source})
    assert answer.status in (400, 404, 501), answer
    assert answer.code and answer.code != "InternalError", answer
    is_absent(signer, f"/{bucket}/copy-target")


# --- digests ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [5, 100_000, 3_000_000])
def test_another_body_than_the_signed_one_is_refused_and_invisible(connect, signer, bucket, size):
    body = secrets.token_bytes(size)
    forged = body[:-1] + bytes([body[-1] ^ 1])
    headers = signer.headers("PUT", f"/{bucket}/forged", body) | {"Content-Length": str(size)}
    connection = connect()
    connection.send(head("PUT", f"/{bucket}/forged", headers) + forged)
    answer = connection.read("PUT")
    assert (answer.status, answer.code) == (400, "XAmzContentSHA256Mismatch"), answer
    assert answer.error("ClientComputedContentSHA256") == hashlib.sha256(body).hexdigest()
    assert answer.error("S3ComputedContentSHA256") == hashlib.sha256(forged).hexdigest()
    is_absent(signer, f"/{bucket}/forged")


def test_content_md5(signer, bucket):
    right = base64.b64encode(hashlib.md5(b"hello").digest()).decode()
    wrong = base64.b64encode(hashlib.md5(b"other").digest()).decode()
    answer = signer.call("PUT", f"/{bucket}/md5", b"hello", {"Content-MD5": wrong})
    assert (answer.status, answer.code) == (400, "BadDigest"), answer
    for nonsense in ("", "abc", right[:-4], right + "AAAA", "!" * 24):
        answer = signer.call("PUT", f"/{bucket}/md5", b"hello", {"Content-MD5": nonsense})
        assert (answer.status, answer.code) == (400, "InvalidDigest"), (nonsense, str(answer))
    is_absent(signer, f"/{bucket}/md5")
    assert signer.call("PUT", f"/{bucket}/md5", b"hello", {"Content-MD5": right}).status == 200


@pytest.mark.parametrize("value", ["", "abc", "0" * 63, "G" * 64, "0" * 65, "STREAMING-UNKNOWN-ALGORITHM",
                                   "STREAMING-UNSIGNED-PAYLOAD"])
def test_nonsensical_payload_hash(connect, signer, bucket, value):
    headers = signer.headers("PUT", f"/{bucket}/hash", b"hello", payload_hash=value or "x")
    headers |= {"X-Amz-Content-SHA256": value, "Content-Length": "5"}
    connection = connect()
    connection.send_until_refused(head("PUT", f"/{bucket}/hash", headers) + b"hello")
    answer = connection.read("PUT")
    assert answer.status in (400, 403), answer
    if value:
        assert (answer.code, answer.error("ArgumentName")) == ("InvalidArgument", "x-amz-content-sha256"), answer
    is_absent(signer, f"/{bucket}/hash")


# --- XML -------------------------------------------------------------------------------------------------------------


def post_delete(signer, bucket: str, xml: bytes, **more):
    md5 = base64.b64encode(hashlib.md5(xml).digest()).decode()
    return signer.call("POST", f"/{bucket}?delete=", xml, {"Content-MD5": md5, **more})


LAUGHS = b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 12))


@pytest.mark.parametrize("xml", [
    b"", b" ", b"not xml", b"<", b"<Delete", b"<Delete>", b"<Delete></Other>", b"</Delete>", b"<Delete/><Delete/>",
    b"<Other><Object><Key>k</Key></Object></Other>", b"<Delete/>", b"<Delete><Object/></Delete>",
    b"<Delete><Object><Key>k</Key></Object>", b"<Delete><Object><Key>\xff\xfe</Key></Object></Delete>",
    b"<Delete><Object><Key>a\x00b</Key></Object></Delete>", b"<Delete><Object><Key>&undefined;</Key></Object></Delete>",
    b"<Delete><Object><Key>&#0;</Key></Object></Delete>",
    b"<" + b"a>" + b"<a>" * 100_000, b"<Delete>" + b"<Object>" * 50_000 + b"</Object>" * 50_000 + b"</Delete>",
    b'<!DOCTYPE d [<!ENTITY l0 "ha">' + LAUGHS + b"]><Delete><Object><Key>&l11;</Key></Object></Delete>",
    b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><Delete><Object><Key>&x;</Key></Object></Delete>',
    "<Delete><Object><Key>k</Key></Object></Delete>".encode("utf-16"),
    b"<Delete>" + b"<Object><Key>k</Key></Object>" * 1001 + b"</Delete>",
    b"<Delete " + b" ".join(b'a%d="v"' % n for n in range(20_000)) + b"/>",
    b"<Delete><Object><Key>" + b"]]>" * 10 + b"</Key></Object></Delete>" * 2,
], ids=lambda xml: ascii(xml[:30])[1:])
def test_bad_xml(signer, bucket, xml):
    assert signer.call("PUT", f"/{bucket}/k", b"survives").status == 200
    began = time.monotonic()
    answer = post_delete(signer, bucket, xml)
    assert time.monotonic() - began < 2
    assert answer.status == 400, answer
    assert answer.code in ("MalformedXML", "MissingRequestBodyError", "UserKeyMustBeSpecified"), answer
    assert b"root:" not in answer.body
    assert signer.call("GET", f"/{bucket}/k").body == b"survives"


def test_xml_over_the_limit(signer, bucket):
    xml = b"<Delete>" + b"<!-- " + b"x" * 2_100_000 + b" --><Object><Key>k</Key></Object></Delete>"
    answer = post_delete(signer, bucket, xml)
    assert (answer.status, answer.code) == (400, "MaxMessageLengthExceeded"), answer
    assert answer.error("MaxMessageLengthBytes") == "2048000"


def test_xml_that_is_odd_but_right(signer, bucket):
    for name in ("a", "b<&>", "c d", "\u00e9"):
        assert signer.call("PUT", f"/{bucket}/{urllib.parse.quote(name)}", b"x").status == 200
    xml = (
        '\ufeff<?xml version="1.0" encoding="UTF-8"?>\n<!-- comment -->\n'
        '<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/" xmlns:x="urn:x">\n'
        "  <x:Extra>ignored</x:Extra><Quiet>false</Quiet>\n"
        "  <Object><Key>a</Key></Object><Object><Key><![CDATA[b<&>]]></Key></Object>\n"
        "  <Object><Key>c&#x20;d</Key></Object><Object><Key>&#233;</Key></Object>\n</Delete>\n<?pi after?>"
    ).encode()
    answer = post_delete(signer, bucket, xml)
    assert answer.status == 200, answer
    for name in ("a", "b<&>", "c d", "\u00e9"):
        is_absent(signer, f"/{bucket}/{urllib.parse.quote(name)}")


@pytest.mark.parametrize("xml", [b"nonsense", b"<CreateBucketConfiguration", b"<Wrong/>", b"<a>" * 20_000])
def test_create_bucket_with_bad_xml(signer, xml):
    answer = signer.call("PUT", "/bad-xml-bucket", xml)
    assert (answer.status, answer.code) == (400, "MalformedXML"), answer
    assert signer.call("HEAD", "/bad-xml-bucket").status == 404


# --- signatures ------------------------------------------------------------------------------------------------------


MALFORMED = "The authorization header is malformed; "
AUTHORIZATIONS = {
    # The Authorization header: status, code, the message or its beginning.
    "": (403, "AccessDenied", ""),
    "AWS4-HMAC-SHA256": (400, "InvalidArgument", "Authorization header is invalid -- one and only one ' ' (space) required."),
    "Basic dTpw": (400, "InvalidArgument", "Unsupported Authorization Type"),
    "AWS4-HMAC-SHA512 Credential=a": (400, "InvalidArgument", "Unsupported Authorization Type"),
    "AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={signed}": (
        400, "AuthorizationHeaderMalformed",
        MALFORMED + "the authorization header requires three components: Credential, SignedHeaders, and Signature."),
    "AWS4-HMAC-SHA256 Credential=a/b/c, SignedHeaders={signed}, Signature={signature}": (
        400, "AuthorizationHeaderMalformed",
        MALFORMED + 'the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".'),
    "AWS4-HMAC-SHA256 Credential={key}/{day}/us-east-1/s3/aws5_request, SignedHeaders={signed}, Signature={signature}": (
        400, "AuthorizationHeaderMalformed", MALFORMED + 'incorrect terminal "aws5_request".'),
    "AWS4-HMAC-SHA256 Credential={key}/2020-1-1/us-east-1/s3/aws4_request, SignedHeaders={signed}, Signature={signature}": (
        400, "AuthorizationHeaderMalformed", MALFORMED + 'incorrect date format "2020-1-1".'),
    "AWS4-HMAC-SHA256 Credential={key}/20200101/us-east-1/s3/aws4_request, SignedHeaders={signed}, Signature={signature}": (
        400, "AuthorizationHeaderMalformed", MALFORMED + "Invalid credential date."),
    "AWS4-HMAC-SHA256 Credential={key}/{day}/us-east-1/sqs/aws4_request, SignedHeaders={signed}, Signature={signature}": (
        400, "AuthorizationHeaderMalformed", MALFORMED + 'incorrect service "sqs". This endpoint belongs to "s3".'),
    "AWS4-HMAC-SHA256 Credential={key}/{day}/mars-1/s3/aws4_request, SignedHeaders={signed}, Signature={signature}": (
        400, "AuthorizationHeaderMalformed", MALFORMED + "the region 'mars-1' is wrong; expecting 'us-east-1'"),
    "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/{day}/us-east-1/s3/aws4_request, SignedHeaders={signed}, Signature={signature}": (
        403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records."),
    "AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={signed}, Signature=" + "0" * 64: (
        403, "SignatureDoesNotMatch", "The request signature we calculated does not match"),
    "AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={signed}, Signature=xyz": (403, "SignatureDoesNotMatch", ""),
    "AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature={signature}": (403, "AccessDenied", ""),
}


@pytest.mark.parametrize("template", AUTHORIZATIONS, ids=lambda text: text[:60])
def test_wrong_authorization_headers(connect, signer, bucket, template):
    headers = signer.headers("GET", f"/{bucket}/alive")
    parts = dict(part.strip().split("=", 1) for part in headers["Authorization"].split(" ", 1)[1].split(","))
    headers["Authorization"] = template.format(
        credential=parts["Credential"], key=signer.credentials.access_key, day=headers["X-Amz-Date"][:8],
        signed=parts["SignedHeaders"], signature=parts["Signature"],
    )
    connection = connect()
    connection.send(head("GET", f"/{bucket}/alive", headers))
    answer = connection.read()
    status, code, message = AUTHORIZATIONS[template]
    assert (answer.status, answer.code) == (status, code), answer
    assert answer.message.startswith(message), answer
    assert signer.credentials.secret_key.encode() not in answer.body


def test_an_altered_request_is_refused(connect, signer, bucket):
    """Everything that was signed is bound: method, path, query, host, date and headers."""
    right = signer.request("GET", f"/{bucket}/alive?response-content-type=text%2Fplain", extra={"x-amz-meta-a": "1"})
    host = b"Host: 127.0.0.1:%d" % signer.port
    changes = [(b"GET ", b"PUT "), (b"/alive", b"/other"), (b"text%2Fplain", b"text%2Fhtml"), (b"?", b"?a=b&"),
               (b"x-amz-meta-a: 1", b"x-amz-meta-a: 2"), (host, b"Host: localhost:%d" % signer.port)]
    for old, new in changes:
        assert old in right
        sent = right.replace(old, new, 1)
        if new == b"PUT ":
            sent = sent.replace(b"\r\n\r\n", b"\r\nContent-Length: 0\r\n\r\n")
        connection = connect()
        connection.send(sent)
        answer = connection.read()
        assert (answer.status, answer.code) == (403, "SignatureDoesNotMatch"), (new, str(answer))
    connection = connect()
    connection.send(right.replace(b"\r\n\r\n", b"\r\nx-amz-meta-added: 1\r\n\r\n"))
    answer = connection.read()
    assert (answer.status, answer.code) == (403, "AccessDenied"), answer
    assert answer.error("HeadersNotSigned") == "x-amz-meta-added"


@pytest.mark.parametrize("minutes", [-16, 16, -60 * 24 * 365, 60 * 24])
def test_a_clock_that_is_wrong(signer, bucket, minutes):
    when = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=minutes)
    answer = signer.call("GET", f"/{bucket}/alive", at=when)
    assert (answer.status, answer.code) == (403, "RequestTimeTooSkewed"), answer
    assert answer.error("MaxAllowedSkewMilliseconds") == "900000"
    body = b"Action=GetCallerIdentity&Version=2011-06-15"
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = signer.call("POST", "/", body, form, service="sts", at=when)
    assert (answer.status, answer.code) == (403, "SignatureDoesNotMatch"), answer
    assert answer.message.startswith("Signature expired: " if minutes < 0 else "Signature not yet current: "), answer


@pytest.mark.parametrize("minutes", [-14, 14])
def test_a_clock_that_is_right_enough(signer, bucket, minutes):
    when = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=minutes)
    assert signer.call("GET", f"/{bucket}?location", at=when).status == 200


@pytest.mark.parametrize("date", ["", "x", "20260101", "2026-01-01T00:00:00Z", "20261301T000000Z", "20260101T250000Z", "9" * 200])
def test_dates_that_are_none(connect, signer, bucket, date):
    headers = signer.headers("GET", f"/{bucket}/alive") | {"X-Amz-Date": date}
    connection = connect()
    connection.send(head("GET", f"/{bucket}/alive", headers))
    answer = connection.read()
    assert (answer.status, answer.code) == (403, "AccessDenied"), answer
    assert answer.message == "AWS authentication requires a valid Date or x-amz-date header"


# --- IAM and STS forms -----------------------------------------------------------------------------------------------

FORM = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}


@pytest.mark.parametrize("body, status, code", [
    (b"Action=NoSuchAction&Version=2010-05-08", 400, "InvalidAction"),
    (b"Action=ListUsers&Version=1999-01-01", 400, "InvalidAction"),
    (b"Action=GetUser&Version=2010-05-08&UserName=%00", 400, "ValidationError"),
    (b"Action=GetUser&Version=2010-05-08&UserName=" + b"x" * 5000, 400, "ValidationError"),
    (b"Action=CreateUser&Version=2010-05-08", 400, None),
    (b"Action=CreateUser&Version=2010-05-08&UserName=", 400, None),
    (b"Action=CreateUser&Version=2010-05-08&UserName=a%FFb", 400, None),
    (b"Action=CreateUser&Version=2010-05-08&UserName=a%zzb", 400, None),
    (b"Action=CreateUser&Version=2010-05-08&UserName=%", 400, None),
    (b"Action=ListUsers&Version=2010-05-08&MaxItems=0", 400, "ValidationError"),
    (b"Action=ListUsers&Version=2010-05-08&MaxItems=1001", 400, "ValidationError"),
    (b"Action=ListUsers&Version=2010-05-08&MaxItems=abc", 400, None),
    (b"Action=ListUsers&Version=2010-05-08&MaxItems=99999999999999999999", 400, None),
    (b"Action=ListUsers&Version=2010-05-08&Marker=%00%FF", 400, None),
    (b"Action=UpdateAccessKey&Version=2010-05-08&AccessKeyId=AKIAIOSFODNN7EXAMPLE&Status=Maybe", 400, "ValidationError"),
    (b"Action=DeleteAccessKey&Version=2010-05-08", 400, None),
    (b"&&&&=&=&Action=GetUser&Version=2010-05-08&UserName=nobody-at-all", 404, "NoSuchEntity"),
], ids=lambda value: ascii(value)[:60] if isinstance(value, bytes) else None)
def test_bad_iam_forms(signer, bucket, body, status, code):
    answer = signer.call("POST", "/", body, FORM, service="iam")
    assert answer.status == status, answer
    assert code is None or answer.code == code, answer
    assert answer.headers["content-type"] == "text/xml"


@pytest.mark.parametrize("body", [b"", b"Version=2010-05-08", b"\x00" * 1000, b"{}", b"<xml/>"])
def test_forms_without_an_action_are_sent_to_the_documentation(connect, signer, bucket, body):
    connection = connect()
    connection.send(signer.request("POST", "/", body, FORM, service="iam"))
    assert connection.read("POST").status in (302, 400)


def test_a_form_over_the_limit(connect, signer, bucket):
    body = b"Action=ListUsers&Version=2010-05-08&Padding=" + b"x" * 10_000_001
    connection = connect()
    connection.send_until_refused(signer.request("POST", "/", body, FORM, service="iam"))
    try:
        assert connection.read("POST").status == 413
    except Closed:
        pass


def test_a_form_with_100000_parameters_is_quick(signer, bucket):
    body = b"Action=GetUser&Version=2010-05-08&" + b"&".join(b"P%d=v" % n for n in range(100_000))
    began = time.monotonic()
    answer = signer.call("POST", "/", body, FORM, service="iam")
    assert answer.status in (200, 400, 413), answer
    assert time.monotonic() - began < 2


def test_the_first_of_two_equal_parameters_counts(signer, bucket):
    body = b"Action=GetUser&Version=2010-05-08&UserName=nobody-1&UserName=nobody-2"
    assert "nobody-1" in signer.call("POST", "/", body, FORM, service="iam").message


def test_another_services_scope_is_refused(signer, bucket):
    body = b"Action=GetCallerIdentity&Version=2011-06-15"
    answer = signer.call("POST", "/", body, FORM, service="sqs")
    assert answer.status in (400, 403, 405), answer  # 405: as S3, which takes what is not IAM's or STS's


def test_fuzzed_signed_requests_never_break_the_server(server, signer, bucket):
    """1,500 valid requests, each with a few bytes changed somewhere."""
    import random

    dice = random.Random(20260807)
    originals = [
        signer.request("GET", f"/{bucket}/alive"),
        signer.request("PUT", f"/{bucket}/fuzzed", b"x" * 300, {"x-amz-meta-a": "1", "Content-Type": "text/plain"}),
        signer.request("GET", f"/{bucket}?list-type=2&prefix=a&delimiter=%2F&max-keys=2"),
        signer.request("POST", "/", b"Action=ListUsers&Version=2010-05-08&MaxItems=3", FORM, service="iam"),
        signer.request("POST", f"/{bucket}?delete=", b"<Delete><Object><Key>none</Key></Object></Delete>"),
    ]
    for number in range(1500):
        data = bytearray(dice.choice(originals))
        for _ in range(dice.randint(1, 4)):
            at = dice.randrange(len(data))
            action = dice.randrange(4)
            if action == 0:
                data[at] = dice.randrange(256)
            elif action == 1:
                del data[at:at + dice.randint(1, 20)]
            elif action == 2:
                data[at:at] = bytes(dice.randrange(256) for _ in range(dice.randint(1, 20)))
            else:
                data[at:at] = dice.choice([b"\r\n", b"\x00", b"%", b"\r\n\r\n", b"  ", b":", b"&", b"/", b"\xff"])
        with Connection(server.host, server.port, 5) as connection:
            connection.send_until_refused(bytes(data))
            connection.finish_sending()
            try:
                answer = connection.read()
                assert answer.status not in (500, 503), (number, bytes(data), str(answer))
            except (Closed, AssertionError) as error:
                if isinstance(error, AssertionError) and "not an HTTP response" not in str(error):
                    raise
