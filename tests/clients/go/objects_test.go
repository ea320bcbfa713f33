package clients

import (
	stdbytes "bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/feature/s3/transfermanager"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

func newS3(cfg aws.Config, options ...func(*s3.Options)) *s3.Client {
	return s3.NewFromConfig(cfg, append(options, func(o *s3.Options) { o.UsePathStyle = true })...)
}

func newBucket(t *testing.T, ctx context.Context, root aws.Config) *string {
	t.Helper()
	bucket := aws.String(unique("go"))
	_, err := newS3(root).CreateBucket(ctx, &s3.CreateBucketInput{Bucket: bucket})
	must(t, err)
	return bucket
}

func get(t *testing.T, ctx context.Context, client *s3.Client, bucket *string, key string) []byte {
	t.Helper()
	got, err := client.GetObject(ctx, &s3.GetObjectInput{Bucket: bucket, Key: &key})
	must(t, err)
	defer got.Body.Close()
	body, err := io.ReadAll(got.Body)
	must(t, err)
	return body
}

func TestObjectsComeBackAsTheyWerePut(t *testing.T) {
	overBoth(t, func(t *testing.T, ctx context.Context, root aws.Config) {
		client, bucket := newS3(root), newBucket(t, ctx, root)
		keys := []string{"plain", "with space", "plus+plus", "percent%41", "日本語/🔑", "a//b", "./a/../b", "what?#&=;'\"<>"}
		for _, key := range keys {
			body := bytes(1000)
			_, err := client.PutObject(ctx, &s3.PutObjectInput{
				Bucket: bucket, Key: &key, Body: stdbytes.NewReader(body), Metadata: map[string]string{"owner": "me"},
			})
			must(t, err)
			if !stdbytes.Equal(get(t, ctx, client, bucket, key), body) {
				t.Errorf("%q came back changed", key)
			}
			head, err := client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: bucket, Key: &key})
			must(t, err)
			if *head.ContentLength != 1000 || head.Metadata["owner"] != "me" {
				t.Errorf("%q: %d bytes, %v", key, *head.ContentLength, head.Metadata)
			}
		}
		listed := map[string]bool{}
		pages := s3.NewListObjectsV2Paginator(client, &s3.ListObjectsV2Input{Bucket: bucket, MaxKeys: aws.Int32(3)})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			must(t, err)
			for _, object := range page.Contents {
				listed[*object.Key] = true
			}
		}
		var all []types.ObjectIdentifier
		for _, key := range keys {
			if !listed[key] {
				t.Errorf("%q is not listed", key)
			}
			all = append(all, types.ObjectIdentifier{Key: aws.String(key)})
		}
		gone, err := client.DeleteObjects(ctx, &s3.DeleteObjectsInput{Bucket: bucket, Delete: &types.Delete{Objects: all}})
		must(t, err)
		if len(gone.Deleted) != len(keys) || len(listed) != len(keys) {
			t.Errorf("%d keys put, %d listed, %d deleted", len(keys), len(listed), len(gone.Deleted))
		}

		var noKey *types.NoSuchKey
		if _, err = client.GetObject(ctx, &s3.GetObjectInput{Bucket: bucket, Key: &keys[0]}); !errors.As(err, &noKey) {
			t.Errorf("wanted NoSuchKey, got %v", err)
		}
		var notFound *types.NotFound
		if _, err = client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: bucket, Key: &keys[0]}); !errors.As(err, &notFound) {
			t.Errorf("wanted NotFound, got %v", err)
		}
		_, err = client.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: bucket})
		must(t, err)
	})
}

// By HTTPS the SDK leaves the body unsigned and sends its checksum behind it; by HTTP it hashes first and signs the hash.
func TestAnUploadIsSignedAsItsTransportAsks(t *testing.T) {
	overBoth(t, func(t *testing.T, ctx context.Context, root aws.Config) {
		seen := newWire(root)
		client := newS3(root, func(o *s3.Options) { o.HTTPClient = &http.Client{Transport: seen} })
		bucket := newBucket(t, ctx, root)
		for _, algorithm := range []types.ChecksumAlgorithm{"CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"} {
			body := bytes(200_000)
			_, err := client.PutObject(ctx, &s3.PutObjectInput{
				Bucket: bucket, Key: aws.String(string(algorithm)), Body: stdbytes.NewReader(body), ChecksumAlgorithm: algorithm,
			})
			must(t, err)
			if !stdbytes.Equal(get(t, ctx, client, bucket, string(algorithm)), body) {
				t.Errorf("%s: the object came back changed", algorithm)
			}
		}
		for _, shown := range seen.shown {
			streamed := shown == "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
			if streamed != secure(root) || !streamed && len(shown) != 64 {
				t.Errorf("%s: x-amz-content-sha256 was %s", *root.BaseEndpoint, shown)
			}
		}
		if len(seen.shown) != 5 {
			t.Errorf("%d uploads were seen, not 5", len(seen.shown))
		}
	})
}

func TestTheTransferManagerStreamsPartsUpAndRangesDown(t *testing.T) {
	overBoth(t, func(t *testing.T, ctx context.Context, root aws.Config) {
		client, bucket, body := newS3(root), newBucket(t, ctx, root), bytes(17*mib+11)
		manager := transfermanager.New(client, func(o *transfermanager.Options) { o.PartSizeBytes = 5 * mib })
		// A pipe: a body that cannot be rewound and whose length nobody knows.
		reader, writer := io.Pipe()
		go func() {
			_, err := writer.Write(body)
			writer.CloseWithError(err)
		}()
		up, err := manager.UploadObject(ctx, &transfermanager.UploadObjectInput{Bucket: bucket, Key: aws.String("big"), Body: reader})
		must(t, err)
		if !strings.HasSuffix(strings.Trim(*up.ETag, `"`), "-4") {
			t.Errorf("ETag %s is not that of four parts", *up.ETag)
		}
		down, err := manager.GetObject(ctx, &transfermanager.GetObjectInput{Bucket: bucket, Key: aws.String("big")})
		must(t, err)
		back, err := io.ReadAll(down.Body)
		must(t, err)
		if !stdbytes.Equal(back, body) {
			t.Error("seventeen mebibytes came back changed")
		}
	})
}

func TestPresignedURLs(t *testing.T) {
	overBoth(t, func(t *testing.T, ctx context.Context, root aws.Config) {
		client, bucket := newS3(root), newBucket(t, ctx, root)
		key, body := aws.String("signed ä+"), bytes(5000)
		signer := s3.NewPresignClient(client, s3.WithPresignExpires(time.Minute))
		send := func(signed *v4.PresignedHTTPRequest, body []byte) (int, []byte) {
			request, err := http.NewRequestWithContext(ctx, signed.Method, signed.URL, stdbytes.NewReader(body))
			must(t, err)
			for name, values := range signed.SignedHeader {
				if name != "Host" && name != "Content-Length" {
					request.Header[name] = values
				}
			}
			answer, err := root.HTTPClient.Do(request)
			must(t, err)
			defer answer.Body.Close()
			text, err := io.ReadAll(answer.Body)
			must(t, err)
			return answer.StatusCode, text
		}
		put, err := signer.PresignPutObject(ctx, &s3.PutObjectInput{Bucket: bucket, Key: key})
		must(t, err)
		if status, text := send(put, body); status != 200 {
			t.Fatalf("PUT: %d %s", status, text)
		}
		got, err := signer.PresignGetObject(ctx, &s3.GetObjectInput{Bucket: bucket, Key: key})
		must(t, err)
		if status, text := send(got, nil); status != 200 || !stdbytes.Equal(text, body) {
			t.Errorf("GET: %d, %d bytes", status, len(text))
		}
		got.URL = strings.Replace(got.URL, "signed", "sealed", 1)
		if status, text := send(got, nil); status != 403 || !stdbytes.Contains(text, []byte("<Code>SignatureDoesNotMatch</Code>")) {
			t.Errorf("another object's URL: %d %s", status, text)
		}
	})
}
