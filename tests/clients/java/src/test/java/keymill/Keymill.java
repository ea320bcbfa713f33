package keymill;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.AccessKey;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.sts.StsClient;

/**
 * One real {@code keymill serve} for all test classes, speaking HTTP and HTTPS, and clients for it.
 *
 * <p>The environment variable KEYMILL_BINARY names the binary (default: the release build's). The clients are configured as
 * an application's are: endpoint, region, profile and trust store come from system properties.
 */
final class Keymill implements BeforeAllCallback, AutoCloseable {
  private static final Random RANDOM = new Random();
  private static Map<String, String> ready;

  private Process process;
  private Path folder;

  @Override
  public void beforeAll(ExtensionContext context) throws Exception {
    if (ready != null) return;
    context.getRoot().getStore(ExtensionContext.Namespace.GLOBAL).put("keymill", this); // closes it after the last class
    String named = System.getenv("KEYMILL_BINARY");
    folder = Files.createTempDirectory("keymill-java-");
    Path data = folder.resolve("data");
    ProcessBuilder builder = new ProcessBuilder(named != null ? named : Path.of("../../../build/release/keymill").toAbsolutePath().toString(),
        "serve", "--listen", "127.0.0.1:0", "--tls-listen", "127.0.0.1:0", "--data", data.toString())
        .redirectError(folder.resolve("log").toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("KEYMILL_"));
    process = builder.start();
    BufferedReader output = process.inputReader();
    String line = output.readLine();
    while (line != null && !line.startsWith("keymill ready ")) line = output.readLine();
    if (line == null) throw new IOException("keymill ended: " + Files.readString(folder.resolve("log")));
    Map<String, String> fields = new HashMap<>();
    for (String word : line.split(" ")) {
      int equals = word.indexOf('=');
      if (equals > 0) fields.put(word.substring(0, equals), word.substring(equals + 1));
    }
    trust(Path.of(fields.get("ca")));
    System.setProperty("aws.sharedCredentialsFile", data.resolve("credentials").toString());
    System.setProperty("aws.configFile", "/nonexistent/keymill-test");
    System.setProperty("aws.profile", "keymill");
    System.setProperty("aws.region", "us-east-1");
    System.setProperty("aws.disableEc2Metadata", "true");
    System.setProperty("aws.maxAttempts", "1"); // a test wants the first answer
    ready = fields;
  }

  private void trust(Path authority) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    try (InputStream pem = Files.newInputStream(authority)) {
      store.setCertificateEntry("keymill", CertificateFactory.getInstance("X.509").generateCertificate(pem));
    }
    Path file = folder.resolve("trusted.p12");
    try (var out = Files.newOutputStream(file)) {
      store.store(out, "keymill".toCharArray());
    }
    System.setProperty("javax.net.ssl.trustStore", file.toString());
    System.setProperty("javax.net.ssl.trustStorePassword", "keymill");
  }

  @Override
  public void close() throws Exception {
    process.destroy(); // SIGTERM
    boolean ended = process.waitFor(30, TimeUnit.SECONDS);
    String log = Files.readString(folder.resolve("log"));
    try (var files = Files.walk(folder)) {
      for (Path path : files.sorted(Comparator.reverseOrder()).toList()) Files.delete(path);
    }
    if (!ended || process.exitValue() != 0) throw new IllegalStateException("keymill did not end well on SIGTERM\n" + log);
  }

  /** From here on clients of this JVM talk to the server by {@code scheme}, http or https. */
  static void use(String scheme) {
    System.setProperty("aws.endpointUrl", ready.get(scheme.equals("https") ? "tls_endpoint" : "endpoint"));
  }

  static S3Client s3(AwsCredentialsProvider credentials, ExecutionInterceptor... interceptors) {
    return S3Client.builder().credentialsProvider(credentials).forcePathStyle(true)
        .overrideConfiguration(settings -> List.of(interceptors).forEach(settings::addExecutionInterceptor)).build();
  }

  static IamClient iam(AwsCredentialsProvider credentials) {
    return IamClient.builder().credentialsProvider(credentials).build();
  }

  static StsClient sts(AwsCredentialsProvider credentials) {
    return StsClient.builder().credentialsProvider(credentials).build();
  }

  /** The root user, by the default chain: the profile that the server wrote. */
  static AwsCredentialsProvider root() {
    return DefaultCredentialsProvider.builder().build();
  }

  static AwsCredentialsProvider pair(AccessKey key) {
    return StaticCredentialsProvider.create(AwsBasicCredentials.create(key.accessKeyId(), key.secretAccessKey()));
  }

  static byte[] bytes(int count) {
    byte[] made = new byte[count];
    RANDOM.nextBytes(made);
    return made;
  }

  static String unique(String stem) {
    return stem + "-" + HexFormat.of().formatHex(bytes(5));
  }

  static String newBucket() {
    String name = unique("java");
    s3(root()).createBucket(request -> request.bucket(name));
    return name;
  }

  /** Sees what a client sends: the last x-amz-content-sha256. */
  static final class Wire implements ExecutionInterceptor {
    volatile String shown;

    @Override
    public void beforeTransmission(Context.BeforeTransmission context, ExecutionAttributes attributes) {
      context.httpRequest().firstMatchingHeader("x-amz-content-sha256").ifPresent(value -> shown = value);
    }
  }
}
