package clients

import (
	stdbytes "bytes"
	"context"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

func newMinio(t *testing.T, root aws.Config, key *types.AccessKey) (*minio.Client, *wire) {
	t.Helper()
	_, address, _ := strings.Cut(*root.BaseEndpoint, "://")
	seen := newWire(root)
	client, err := minio.New(address, &minio.Options{
		Creds:  credentials.NewStaticV4(*key.AccessKeyId, *key.SecretAccessKey, ""),
		Secure: secure(root), Transport: seen, Region: "us-east-1", MaxRetries: 1,
	})
	must(t, err)
	return client, seen
}

// By HTTP minio-go signs each chunk of a body (STREAMING-AWS4-HMAC-SHA256-PAYLOAD), which the AWS SDKs no longer do.
func TestMinioStreamsComposesAndForms(t *testing.T) {
	overBoth(t, func(t *testing.T, ctx context.Context, root aws.Config) {
		_, _, key := newUser(t, ctx, root)
		client, seen := newMinio(t, root, key)
		bucket := unique("minio")
		must(t, client.MakeBucket(ctx, bucket, minio.MakeBucketOptions{Region: "us-east-1"}))
		read := func(name string) []byte {
			t.Helper()
			object, err := client.GetObject(ctx, bucket, name, minio.GetObjectOptions{})
			must(t, err)
			defer object.Close()
			body, err := io.ReadAll(object)
			must(t, err)
			return body
		}

		small, big := bytes(300_000), bytes(12*mib+5)
		_, err := client.PutObject(ctx, bucket, "small ä+", stdbytes.NewReader(small), int64(len(small)),
			minio.PutObjectOptions{UserMetadata: map[string]string{"Owner": "me"}})
		must(t, err)
		if chunked := strings.HasPrefix(seen.shown[len(seen.shown)-1], "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"); chunked == secure(root) {
			t.Errorf("%s: x-amz-content-sha256 was %q", *root.BaseEndpoint, seen.shown)
		}
		_, err = client.PutObject(ctx, bucket, "big", io.MultiReader(stdbytes.NewReader(big)), -1, minio.PutObjectOptions{PartSize: 5 * mib})
		must(t, err)
		if !stdbytes.Equal(read("small ä+"), small) || !stdbytes.Equal(read("big"), big) {
			t.Error("an object came back changed")
		}
		stat, err := client.StatObject(ctx, bucket, "small ä+", minio.StatObjectOptions{})
		must(t, err)
		if stat.Size != int64(len(small)) || stat.UserMetadata["Owner"] != "me" {
			t.Errorf("%+v", stat)
		}
		_, err = client.ComposeObject(ctx, minio.CopyDestOptions{Bucket: bucket, Object: "composed"},
			minio.CopySrcOptions{Bucket: bucket, Object: "big"}, minio.CopySrcOptions{Bucket: bucket, Object: "small ä+"})
		must(t, err)
		if !stdbytes.Equal(read("composed"), append(append([]byte{}, big...), small...)) {
			t.Error("composed of two objects, but not equal to both")
		}

		policy := minio.NewPostPolicy()
		must(t, policy.SetBucket(bucket))
		must(t, policy.SetKey("posted"))
		must(t, policy.SetExpires(time.Now().Add(time.Minute)))
		must(t, policy.SetContentLengthRange(1, 1000))
		target, fields, err := client.PresignedPostPolicy(ctx, policy)
		must(t, err)
		form := &stdbytes.Buffer{}
		writer := multipart.NewWriter(form)
		for name, value := range fields {
			must(t, writer.WriteField(name, value))
		}
		file, err := writer.CreateFormFile("file", "f")
		must(t, err)
		file.Write([]byte("by form"))
		must(t, writer.Close())
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, target.String(), form)
		must(t, err)
		request.Header.Set("Content-Type", writer.FormDataContentType())
		answer, err := root.HTTPClient.Do(request)
		must(t, err)
		answer.Body.Close()
		if answer.StatusCode != 204 || string(read("posted")) != "by form" {
			t.Errorf("the form was answered %s", answer.Status)
		}

		var names []string
		for object := range client.ListObjects(ctx, bucket, minio.ListObjectsOptions{Recursive: true}) {
			must(t, object.Err)
			names = append(names, object.Key)
		}
		if strings.Join(names, "|") != "big|composed|posted|small ä+" {
			t.Errorf("listed: %q", names)
		}
		for failed := range client.RemoveObjects(ctx, bucket, client.ListObjects(ctx, bucket, minio.ListObjectsOptions{Recursive: true}),
			minio.RemoveObjectsOptions{}) {
			t.Error(failed)
		}
		must(t, client.RemoveBucket(ctx, bucket))
	})
}

func TestMinioIsToldThatItsKeyIsRetired(t *testing.T) {
	overBoth(t, func(t *testing.T, ctx context.Context, root aws.Config) {
		user, _, old := newUser(t, ctx, root)
		fresh := newKey(t, ctx, root, user)
		bucket := *newBucket(t, ctx, root)
		put := func(key *types.AccessKey) string {
			body := bytes(100_000)
			client, _ := newMinio(t, root, key)
			_, err := client.PutObject(ctx, bucket, "k", stdbytes.NewReader(body), int64(len(body)), minio.PutObjectOptions{})
			return minio.ToErrorResponse(err).Code
		}
		if code := put(old); code != "" {
			t.Fatal(code)
		}
		_, err := iam.NewFromConfig(root).UpdateAccessKey(ctx, &iam.UpdateAccessKeyInput{
			UserName: &user, AccessKeyId: old.AccessKeyId, Status: types.StatusTypeInactive,
		})
		must(t, err)
		if code := put(old); code != "InvalidAccessKeyId" {
			t.Errorf("the retired key: %q", code)
		}
		if code := put(fresh); code != "" {
			t.Errorf("the new key: %q", code)
		}
	})
}
