package keymill;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.NoSuchBucketException;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.S3Object;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;
import software.amazon.awssdk.transfer.s3.S3TransferManager;

@ExtendWith(Keymill.class)
class ObjectsTest {
  private static final int MIB = 1 << 20;

  @ParameterizedTest
  @ValueSource(strings = {"http", "https"})
  void objectsComeBackAsTheyWerePut(String scheme) {
    Keymill.use(scheme);
    S3Client s3 = Keymill.s3(Keymill.root());
    String bucket = Keymill.newBucket();
    List<String> keys = List.of("plain", "with space", "plus+plus", "percent%41", "日本語/🔑", "a//b", "./a/../b", "what?#&=;'\"<>");
    for (String key : keys) {
      byte[] body = Keymill.bytes(1000);
      s3.putObject(request -> request.bucket(bucket).key(key).metadata(Map.of("owner", "me")), RequestBody.fromBytes(body));
      assertArrayEquals(body, s3.getObjectAsBytes(request -> request.bucket(bucket).key(key)).asByteArray(), key);
      HeadObjectResponse head = s3.headObject(request -> request.bucket(bucket).key(key));
      assertEquals(1000, head.contentLength());
      assertEquals("me", head.metadata().get("owner"));
    }
    List<String> listed = s3.listObjectsV2Paginator(request -> request.bucket(bucket).maxKeys(3)).contents().stream()
        .map(S3Object::key).sorted().toList();
    assertEquals(keys.stream().sorted().toList(), listed);
    List<ObjectIdentifier> all = keys.stream().map(key -> ObjectIdentifier.builder().key(key).build()).toList();
    assertEquals(keys.size(), s3.deleteObjects(request -> request.bucket(bucket).delete(d -> d.objects(all))).deleted().size());
    assertThrows(NoSuchKeyException.class, () -> s3.getObject(request -> request.bucket(bucket).key("plain")));
    s3.deleteBucket(request -> request.bucket(bucket));
    assertThrows(NoSuchBucketException.class, () -> s3.headBucket(request -> request.bucket(bucket)));
  }

  /** By HTTP this SDK signs each chunk and the checksum behind the last; by HTTPS it signs neither. */
  @ParameterizedTest
  @ValueSource(strings = {"http", "https"})
  void uploadsAreSignedAsTheirTransportAsks(String scheme) {
    Keymill.use(scheme);
    Keymill.Wire wire = new Keymill.Wire();
    S3Client s3 = Keymill.s3(Keymill.root(), wire);
    String bucket = Keymill.newBucket();
    for (ChecksumAlgorithm algorithm : List.of(ChecksumAlgorithm.CRC32, ChecksumAlgorithm.SHA1, ChecksumAlgorithm.SHA256)) {
      byte[] body = Keymill.bytes(300_000);
      s3.putObject(request -> request.bucket(bucket).key("k").checksumAlgorithm(algorithm), RequestBody.fromBytes(body));
      assertEquals(scheme.equals("https") ? "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
          : "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", wire.shown);
      assertArrayEquals(body, s3.getObjectAsBytes(request -> request.bucket(bucket).key("k")).asByteArray());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"http", "https"})
  void theTransferManagerSendsPartsAndReadsThemBack(String scheme, @TempDir Path folder) throws Exception {
    Keymill.use(scheme);
    String bucket = Keymill.newBucket();
    Path up = folder.resolve("up");
    Files.write(up, Keymill.bytes(21 * MIB + 7));
    try (S3AsyncClient async = S3AsyncClient.builder().forcePathStyle(true).multipartEnabled(true).build();
        S3TransferManager manager = S3TransferManager.builder().s3Client(async).build()) {
      String tag = manager.uploadFile(upload -> upload.source(up).putObjectRequest(put -> put.bucket(bucket).key("big")))
          .completionFuture().join().response().eTag();
      assertTrue(tag.endsWith("-3\""), tag); // parts of 8 MiB
      Path down = folder.resolve("down");
      manager.downloadFile(download -> download.destination(down).getObjectRequest(get -> get.bucket(bucket).key("big")))
          .completionFuture().join();
      assertEquals(-1, Files.mismatch(up, down));
      manager.copy(copy -> copy.copyObjectRequest(
          c -> c.sourceBucket(bucket).sourceKey("big").destinationBucket(bucket).destinationKey("copy"))).completionFuture().join();
    }
    byte[] copied = Keymill.s3(Keymill.root()).getObjectAsBytes(get -> get.bucket(bucket).key("copy")).asByteArray();
    assertArrayEquals(Files.readAllBytes(up), copied);
  }

  @ParameterizedTest
  @ValueSource(strings = {"http", "https"})
  void presignedUrls(String scheme) throws Exception {
    Keymill.use(scheme);
    String bucket = Keymill.newBucket();
    byte[] body = Keymill.bytes(5000);
    HttpClient client = HttpClient.newHttpClient();
    try (S3Presigner signer = S3Presigner.builder().endpointOverride(URI.create(System.getProperty("aws.endpointUrl")))
        .serviceConfiguration(S3Configuration.builder().pathStyleAccessEnabled(true).build()).build()) {
      URI put = signer.presignPutObject(p -> p.signatureDuration(Duration.ofMinutes(1))
          .putObjectRequest(request -> request.bucket(bucket).key("signed ä+"))).url().toURI();
      assertEquals(200, client.send(HttpRequest.newBuilder(put).PUT(HttpRequest.BodyPublishers.ofByteArray(body)).build(),
          HttpResponse.BodyHandlers.discarding()).statusCode());
      URI get = signer.presignGetObject(p -> p.signatureDuration(Duration.ofMinutes(1))
          .getObjectRequest(request -> request.bucket(bucket).key("signed ä+"))).url().toURI();
      assertArrayEquals(body, client.send(HttpRequest.newBuilder(get).build(), HttpResponse.BodyHandlers.ofByteArray()).body());
      HttpResponse<String> refused = client.send(HttpRequest.newBuilder(URI.create(get.toString().replace("/signed", "/sealed")))
          .build(), HttpResponse.BodyHandlers.ofString());
      assertEquals(403, refused.statusCode());
      assertTrue(refused.body().contains("<Code>SignatureDoesNotMatch</Code>"), refused.body());
    }
  }
}
