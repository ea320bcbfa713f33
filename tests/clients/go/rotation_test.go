package clients

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

func put(ctx context.Context, cfg aws.Config, bucket *string) error {
	_, err := newS3(cfg).PutObject(ctx, &s3.PutObjectInput{Bucket: bucket, Key: aws.String("k"), Body: strings.NewReader("v")})
	return err
}

func TestTheWholeRotation(t *testing.T) {
	overBoth(t, func(t *testing.T, ctx context.Context, root aws.Config) {
		bucket := newBucket(t, ctx, root)
		admin := iam.NewFromConfig(root)
		user, arn, old := newUser(t, ctx, root)
		works := func(key *types.AccessKey) {
			t.Helper()
			cfg := signingAs(root, key)
			must(t, put(ctx, cfg, bucket))
			who, err := sts.NewFromConfig(cfg).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
			must(t, err)
			if *who.Arn != arn {
				t.Errorf("%s is not %s", *who.Arn, arn)
			}
			_, err = iam.NewFromConfig(cfg).GetUser(ctx, &iam.GetUserInput{})
			must(t, err)
		}
		isRefused := func(key *types.AccessKey) {
			t.Helper()
			cfg := signingAs(root, key)
			refused(t, put(ctx, cfg, bucket), "InvalidAccessKeyId")
			_, err := newS3(cfg).ListBuckets(ctx, &s3.ListBucketsInput{})
			refused(t, err, "InvalidAccessKeyId")
			_, err = sts.NewFromConfig(cfg).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
			refused(t, err, "InvalidClientTokenId")
			_, err = iam.NewFromConfig(cfg).GetUser(ctx, &iam.GetUserInput{})
			refused(t, err, "InvalidClientTokenId")
		}
		setStatus := func(status types.StatusType) {
			t.Helper()
			_, err := admin.UpdateAccessKey(ctx, &iam.UpdateAccessKeyInput{
				UserName: &user, AccessKeyId: old.AccessKeyId, Status: status,
			})
			must(t, err)
		}

		works(old)
		fresh := newKey(t, ctx, root, user)
		works(old)
		works(fresh)
		_, err := admin.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: &user})
		refused(t, err, "LimitExceeded")
		setStatus(types.StatusTypeInactive)
		isRefused(old)
		works(fresh)
		setStatus(types.StatusTypeActive)
		works(old)
		_, err = admin.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{UserName: &user, AccessKeyId: old.AccessKeyId})
		must(t, err)
		isRefused(old)
		works(fresh)
		_, err = admin.DeleteUser(ctx, &iam.DeleteUserInput{UserName: &user})
		refused(t, err, "DeleteConflict")
		wrong := *fresh
		wrong.SecretAccessKey = aws.String(strings.Repeat("x", 40))
		refused(t, put(ctx, signingAs(root, &wrong), bucket), "SignatureDoesNotMatch")
	})
}

func TestARoleIsAssumedAndRefreshedUntilItsCallersKeyIsRetired(t *testing.T) {
	overBoth(t, func(t *testing.T, ctx context.Context, root aws.Config) {
		bucket, admin, name := newBucket(t, ctx, root), iam.NewFromConfig(root), aws.String(unique("role"))
		user, arn, key := newUser(t, ctx, root)
		role, err := admin.CreateRole(ctx, &iam.CreateRoleInput{RoleName: name, AssumeRolePolicyDocument: aws.String(fmt.Sprintf(
			`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"%s"},"Action":"sts:AssumeRole"}]}`, arn))})
		must(t, err)
		_, err = admin.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: name, PolicyName: aws.String("p"), PolicyDocument: aws.String(
			`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}`)})
		must(t, err)

		assume := func(window time.Duration) *aws.CredentialsCache {
			provider := stscreds.NewAssumeRoleProvider(sts.NewFromConfig(signingAs(root, key)), *role.Role.Arn,
				func(o *stscreds.AssumeRoleOptions) { o.Duration = 15 * time.Minute })
			return aws.NewCredentialsCache(provider, func(o *aws.CredentialsCacheOptions) { o.ExpiryWindow = window })
		}
		kept, renewed := root.Copy(), root.Copy()
		kept.Credentials = assume(0)
		renewed.Credentials = assume(15 * time.Minute) // always about to expire: each request asks for new ones
		accessKey := func(cfg aws.Config) string {
			t.Helper()
			pair, err := cfg.Credentials.Retrieve(ctx)
			must(t, err)
			must(t, put(ctx, cfg, bucket))
			return pair.AccessKeyID
		}
		if accessKey(kept) != accessKey(kept) {
			t.Error("credentials that last were asked for again")
		}
		if first := accessKey(renewed); first == accessKey(renewed) || !strings.HasPrefix(first, "ASIA") {
			t.Errorf("credentials that expire (%s) were not renewed", first)
		}

		_, err = admin.UpdateAccessKey(ctx, &iam.UpdateAccessKeyInput{
			UserName: &user, AccessKeyId: key.AccessKeyId, Status: types.StatusTypeInactive,
		})
		must(t, err)
		refused(t, put(ctx, renewed, bucket), "InvalidClientTokenId") // the SDK's call of AssumeRole
		must(t, put(ctx, kept, bucket))                               // a session lasts until it expires
	})
}
