"""S3, bodies in chunks that are signed one by one, and trailers."""

import signing
from cases import ANY, Answer, Group, accepted
from signing import STREAMING, STREAMING_TRAILER, UNSIGNED_TRAILER, Chunks, Credentials, crc32

group = Group("s3-chunked")
case = group.case

CHUNK = 8192
PARTS = [bytes([65 + i]) * CHUNK for i in range(4)] + [b"the end"]
WHOLE = b"".join(PARTS)
TEXT = ("The request signature we calculated does not match the signature you provided. Check your key and signing "
        "method.")
MISMATCH = Answer(403, "SignatureDoesNotMatch", TEXT,
                  {"AWSAccessKeyId": "{key_id}", "StringToSign": ANY, "SignatureProvided": ANY, "StringToSignBytes": ANY,
                   "CanonicalRequest": ANY, "CanonicalRequestBytes": ANY})
INCOMPLETE = Answer(400, "IncompleteBody", "The request body terminated unexpectedly")
TRAILER = Answer(400, "MalformedTrailerError", "The request contained trailing data that was not well-formed or did not "
                 "conform to our published schema.")


def start(world, payload=STREAMING, *headers, length=str(len(WHOLE)), parts=PARTS, credentials=None):
    """The head of a chunked PutObject, and the frames of its body: one a part, then the one of no data."""
    if length is not None:
        headers = (("x-amz-decoded-content-length", length), *headers)
    scope = world.scope()
    request = world.put(*headers, payload=payload, body=b"", credentials=credentials, scope=scope)
    chunks = Chunks(request, world.credentials, scope)
    return request, chunks, [chunks.chunk(part) for part in (*parts, b"")]


def send(request, *frames: bytes):
    request.body = b"".join(frames)
    return request


def with_trailer(world, value=None, name="x-amz-checksum-crc32", declared="x-amz-checksum-crc32", *headers):
    if declared:
        headers = (("x-amz-trailer", declared), *headers)
    request, chunks, frames = start(world, STREAMING_TRAILER, *headers)
    return request, frames, chunks.trailer(name, value or crc32(WHOLE))


def unsigned(world, *lines: bytes, declared="x-amz-checksum-crc32", headers=(), length=str(len(WHOLE))):
    """An unsigned-trailer body; `lines` stand after the data."""
    request = world.put(("x-amz-decoded-content-length", length), ("x-amz-trailer", declared), *headers,
                        payload=UNSIGNED_TRAILER, body=b"")
    return send(request, *(f"{len(part):x}\r\n".encode() + part + b"\r\n" for part in PARTS), *lines)


RIGHT = f"x-amz-checksum-crc32:{crc32(WHOLE)}\r\n".encode()


@case("control-chunks", "the body that the others spoil must be accepted", accepted())
def _(world):
    request, _, frames = start(world)
    return send(request, *frames, b"\r\n")


@case("control-signed-trailer", "likewise, with a trailer", accepted())
def _(world):
    request, frames, trailer = with_trailer(world)
    return send(request, *frames, trailer)


@case("control-unsigned-trailer", "likewise, with chunks that are not signed", accepted())
def _(world):
    return unsigned(world, b"0\r\n", RIGHT, b"\r\n")


@case("tampered-chunk", "one octet of the third chunk", MISMATCH)
def _(world):
    request, _, frames = start(world)
    frames[2] = frames[2][:-3] + b"X\r\n"
    return send(request, *frames, b"\r\n")


@case("tampered-last-chunk", "one octet of the last chunk with data: what came before must not be kept either", MISMATCH)
def _(world):
    request, _, frames = start(world)
    frames[4] = frames[4].replace(b"the end", b"The end")
    return send(request, *frames, b"\r\n")


@case("swapped-chunks", "each signature covers the one before: chunks have an order", MISMATCH)
def _(world):
    request, _, frames = start(world)
    frames[1], frames[2] = frames[2], frames[1]
    return send(request, *frames, b"\r\n")


@case("repeated-chunk", "the first chunk in the place of the second", MISMATCH)
def _(world):
    request, _, frames = start(world)
    frames[1] = frames[0]
    return send(request, *frames, b"\r\n")


@case("left-out-chunk", "a chunk is missing", MISMATCH)
def _(world):
    request, _, frames = start(world)
    del frames[1]
    return send(request, *frames, b"\r\n")


@case("final-chunk-signature", "the chunk of no data is signed too", MISMATCH)
def _(world):
    request, _, frames = start(world)
    frames[-1] = b"0;chunk-signature=" + b"0" * 64 + b"\r\n"
    return send(request, *frames, b"\r\n")


@case("other-seed", "right chunks of another request", MISMATCH)
def _(world):
    _, _, frames = start(world, STREAMING, ("x-amz-meta-other", "1"))
    request, _, _ = start(world)
    return send(request, *frames, b"\r\n")


@case("wrong-secret", "the head is refused before the body is looked at", MISMATCH)
def _(world):
    request, _, frames = start(world, credentials=Credentials(world.credentials.access_key, "wrong"))
    return send(request, *frames, b"\r\n")


@case("short-chunk", "only the last chunk may have less than 8192 octets",
      Answer(None, "InvalidChunkSizeError", "Only the last chunk is allowed to have a size less than 8192 bytes",
             {"Chunk": "2", "BadChunkSize": "5"}))
def _(world):
    parts = [b"short", PARTS[0]]
    request, _, frames = start(world, length=str(5 + CHUNK), parts=parts)
    return send(request, *frames, b"\r\n")


@case("no-chunk-signature", "a chunk without its signature", INCOMPLETE)
def _(world):
    request, _, frames = start(world)
    frames[1] = frames[1].replace(frames[1][4:frames[1].index(b"\r\n")], b"")
    return send(request, *frames, b"\r\n")


@case("chunk-size", "a size that is no hexadecimal number", INCOMPLETE)
def _(world):
    request, _, frames = start(world)
    frames[1] = b"zz" + frames[1][4:]
    return send(request, *frames, b"\r\n")


@case("truncated-in-chunk", "the body ends within a chunk", INCOMPLETE)
def _(world):
    request, _, frames = start(world)
    return send(request, frames[0], frames[1][:1000])


@case("truncated-before-end", "all data, but not the chunk of no data", INCOMPLETE)
def _(world):
    request, _, frames = start(world)
    return send(request, *frames[:-1])


@case("decoded-length-missing", "x-amz-decoded-content-length is required",
      Answer(411, "MissingContentLength", "You must provide the Content-Length HTTP header."))
def _(world):
    request, _, frames = start(world, length=None)
    return send(request, *frames, b"\r\n")


@case("decoded-length-text", "x-amz-decoded-content-length is not a number",
      Answer(411, "MissingContentLength", "You must provide the Content-Length HTTP header."))
def _(world):
    request, _, frames = start(world, length="many")
    return send(request, *frames, b"\r\n")


@case("decoded-length-too-large", "less data than announced", INCOMPLETE)
def _(world):
    request, _, frames = start(world, length=str(len(WHOLE) + 1))
    return send(request, *frames, b"\r\n")


@case("decoded-length-too-small", "more data than announced", INCOMPLETE)
def _(world):
    request, _, frames = start(world, length=str(len(WHOLE) - 1))
    return send(request, *frames, b"\r\n")


@case("trailer-signature", "a wrong signature of the trailer", MISMATCH)
def _(world):
    request, frames, trailer = with_trailer(world)
    return send(request, *frames, trailer[:trailer.rindex(b":") + 1] + b"0" * 64 + b"\r\n\r\n")


@case("tampered-trailer", "a trailer other than signed", MISMATCH)
def _(world):
    request, frames, trailer = with_trailer(world)
    return send(request, *frames, trailer.replace(crc32(WHOLE).encode(), b"AAAAAA=="))


@case("trailer-signature-missing", "a signed trailer's signature is missing", INCOMPLETE)
def _(world):
    request, frames, trailer = with_trailer(world)
    return send(request, *frames, trailer[:trailer.index(b"\r\n") + 2], b"\r\n")


@case("trailer-value", "a right signature of a wrong checksum",
      Answer(400, "BadDigest", "The CRC32 you specified did not match the calculated checksum."))
def _(world):
    request, frames, trailer = with_trailer(world, "AAAAAA==")
    return send(request, *frames, trailer)


@case("trailer-value-form", "a checksum that is not base64",
      Answer(400, "InvalidRequest", "Value for x-amz-checksum-crc32 trailing header is invalid."))
def _(world):
    request, frames, trailer = with_trailer(world, "!!!")
    return send(request, *frames, trailer)


@case("trailer-undeclared", "a trailer without x-amz-trailer", TRAILER)
def _(world):
    request, frames, trailer = with_trailer(world, declared=None)
    return send(request, *frames, trailer)


@case("trailer-other-name", "a trailer other than declared", TRAILER)
def _(world):
    request, frames, trailer = with_trailer(world, name="x-amz-checksum-crc32c")
    return send(request, *frames, trailer)


@case("trailer-declared-but-absent", "no trailer after all", TRAILER)
def _(world):
    return unsigned(world, b"0\r\n", b"\r\n")


@case("trailer-without-colon", "a line that is no field", INCOMPLETE)
def _(world):
    return unsigned(world, b"0\r\n", b"x-amz-checksum-crc32\r\n", b"\r\n")


@case("trailer-unsupported", "x-amz-trailer names no checksum",
      Answer(400, "InvalidRequest", "The value specified in the x-amz-trailer header is not supported"))
def _(world):
    return unsigned(world, b"0\r\n", b"x-amz-meta-a:b\r\n", b"\r\n", declared="x-amz-meta-a")


@case("trailer-beside-header", "a checksum in a header and another in the trailer",
      Answer(400, "InvalidRequest", "Expecting a single x-amz-checksum- header"))
def _(world):
    return unsigned(world, b"0\r\n", RIGHT, b"\r\n", headers=(("x-amz-checksum-crc32", crc32(WHOLE)),))


@case("unsigned-trailer-value", "the checksum of another body",
      Answer(400, "BadDigest", "The CRC32 you specified did not match the calculated checksum."))
def _(world):
    return unsigned(world, b"0\r\n", b"x-amz-checksum-crc32:AAAAAA==\r\n", b"\r\n")


@case("unsigned-truncated", "the body ends before its last chunk", INCOMPLETE)
def _(world):
    return unsigned(world)


@case("streaming-read", "only PutObject and UploadPart take bodies in chunks",
      Answer(400, "InvalidRequest", "The value of x-amz-content-sha256 header is invalid."))
def _(world):
    request = world.plain("PUT").set_query("tagging", "")
    request.body = b""
    return signing.sign(request.add("x-amz-decoded-content-length", "0"), world.credentials, world.scope(), STREAMING)
