package keymill;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.AccessKey;
import software.amazon.awssdk.services.iam.model.DeleteConflictException;
import software.amazon.awssdk.services.iam.model.LimitExceededException;
import software.amazon.awssdk.services.iam.model.NoSuchEntityException;
import software.amazon.awssdk.services.iam.model.StatusType;
import software.amazon.awssdk.services.iam.model.User;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.auth.StsAssumeRoleCredentialsProvider;

@ExtendWith(Keymill.class)
class RotationTest {
  private static void put(AwsCredentialsProvider credentials, String bucket) {
    Keymill.s3(credentials).putObject(request -> request.bucket(bucket).key("k"), RequestBody.fromString("v"));
  }

  private static void refused(String code, Executable call) {
    AwsServiceException error = assertThrows(AwsServiceException.class, call);
    assertEquals(code, error.awsErrorDetails().errorCode(), error.getMessage());
    assertEquals(403, error.statusCode());
  }

  private static void works(AccessKey key, String bucket, String arn) {
    AwsCredentialsProvider pair = Keymill.pair(key);
    put(pair, bucket);
    assertEquals(arn, Keymill.sts(pair).getCallerIdentity().arn());
    assertEquals(arn, Keymill.iam(pair).getUser().user().arn());
  }

  private static void isRefused(AccessKey key, String bucket) {
    AwsCredentialsProvider pair = Keymill.pair(key);
    refused("InvalidAccessKeyId", () -> put(pair, bucket));
    refused("InvalidAccessKeyId", () -> Keymill.s3(pair).listBuckets());
    refused("InvalidClientTokenId", () -> Keymill.sts(pair).getCallerIdentity());
    refused("InvalidClientTokenId", () -> Keymill.iam(pair).getUser());
  }

  @ParameterizedTest
  @ValueSource(strings = {"http", "https"})
  void theWholeRotation(String scheme) {
    Keymill.use(scheme);
    IamClient iam = Keymill.iam(Keymill.root());
    String bucket = Keymill.newBucket();
    String name = Keymill.unique("user");
    User user = iam.createUser(request -> request.userName(name)).user();

    AccessKey old = iam.createAccessKey(request -> request.userName(name)).accessKey();
    works(old, bucket, user.arn());
    AccessKey fresh = iam.createAccessKey(request -> request.userName(name)).accessKey();
    works(fresh, bucket, user.arn());
    assertThrows(LimitExceededException.class, () -> iam.createAccessKey(request -> request.userName(name)));
    iam.updateAccessKey(request -> request.userName(name).accessKeyId(old.accessKeyId()).status(StatusType.INACTIVE));
    isRefused(old, bucket);
    works(fresh, bucket, user.arn());
    iam.updateAccessKey(request -> request.userName(name).accessKeyId(old.accessKeyId()).status(StatusType.ACTIVE));
    works(old, bucket, user.arn());
    iam.deleteAccessKey(request -> request.userName(name).accessKeyId(old.accessKeyId()));
    isRefused(old, bucket);
    works(fresh, bucket, user.arn());
    assertThrows(NoSuchEntityException.class,
        () -> iam.deleteAccessKey(request -> request.userName(name).accessKeyId(old.accessKeyId())));
    assertThrows(DeleteConflictException.class, () -> iam.deleteUser(request -> request.userName(name)));
    AccessKey wrong = fresh.toBuilder().secretAccessKey("x".repeat(40)).build();
    refused("SignatureDoesNotMatch", () -> put(Keymill.pair(wrong), bucket));
  }

  @ParameterizedTest
  @ValueSource(strings = {"http", "https"})
  void aRoleIsAssumedAndRefreshedUntilItsCallersKeyIsRetired(String scheme) {
    Keymill.use(scheme);
    IamClient iam = Keymill.iam(Keymill.root());
    String bucket = Keymill.newBucket();
    String name = Keymill.unique("role");
    User user = iam.createUser(request -> request.userName(name)).user();
    AccessKey key = iam.createAccessKey(request -> request.userName(name)).accessKey();
    String role = iam.createRole(request -> request.roleName(name).assumeRolePolicyDocument("""
        {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"%s"},"Action":"sts:AssumeRole"}]}
        """.formatted(user.arn()))).role().arn();
    iam.putRolePolicy(request -> request.roleName(name).policyName("p").policyDocument("""
        {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}
        """));

    try (StsClient sts = Keymill.sts(Keymill.pair(key));
        StsAssumeRoleCredentialsProvider kept = assume(sts, role, Duration.ofMinutes(1));
        StsAssumeRoleCredentialsProvider renewed = assume(sts, role, Duration.ofMinutes(15))) { // stale as soon as it comes
      put(kept, bucket);
      put(renewed, bucket);
      assertTrue(kept.resolveCredentials().accessKeyId().startsWith("ASIA"));
      assertEquals(kept.resolveCredentials().accessKeyId(), kept.resolveCredentials().accessKeyId());
      assertNotEquals(renewed.resolveCredentials().accessKeyId(), renewed.resolveCredentials().accessKeyId());
      iam.updateAccessKey(request -> request.userName(name).accessKeyId(key.accessKeyId()).status(StatusType.INACTIVE));
      put(kept, bucket); // a session lasts until it expires
      try (StsAssumeRoleCredentialsProvider late = assume(sts, role, Duration.ofMinutes(1))) {
        refused("InvalidClientTokenId", () -> put(late, bucket)); // the provider's call of AssumeRole
      }
    }
  }

  private static StsAssumeRoleCredentialsProvider assume(StsClient sts, String role, Duration stale) {
    return StsAssumeRoleCredentialsProvider.builder().stsClient(sts).staleTime(stale).prefetchTime(stale)
        .refreshRequest(request -> request.roleArn(role).roleSessionName("java").durationSeconds(900)).build();
  }
}
