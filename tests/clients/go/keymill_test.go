// Package clients drives a real `keymill serve` with Go's S3 clients: the AWS SDK for Go v2 and minio-go.
//
// TestMain starts one server that speaks HTTP and HTTPS. KEYMILL_BINARY names the binary (default: the release build's).
package clients

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/smithy-go"
)

const mib = 1 << 20

var server struct {
	endpoints map[string]string // by scheme
	authority string            // path of the certificate that an HTTPS client has to trust
	data      string            // the data directory; its file `credentials` has the root user's pair
}

func TestMain(m *testing.M) {
	// Nothing of the developer's own AWS settings may reach the clients.
	for _, variable := range os.Environ() {
		name, _, _ := strings.Cut(variable, "=")
		if strings.HasPrefix(name, "AWS_") || strings.HasPrefix(name, "KEYMILL_") && name != "KEYMILL_BINARY" ||
			strings.HasSuffix(strings.ToLower(name), "_proxy") {
			os.Unsetenv(name)
		}
	}
	os.Setenv("AWS_CONFIG_FILE", "/nonexistent/keymill-test")
	os.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	os.Exit(withServer(m.Run))
}

// withServer runs `tests` while a server is up and returns their exit status, or 1 if the server failed.
func withServer(tests func() int) int {
	binary := os.Getenv("KEYMILL_BINARY")
	if binary == "" {
		binary = "../../../build/release/keymill"
	}
	folder, err := os.MkdirTemp("", "keymill-go-")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(folder)
	server.data = filepath.Join(folder, "data")
	command := exec.Command(binary, "serve", "--listen", "127.0.0.1:0", "--tls-listen", "127.0.0.1:0", "--data", server.data)
	command.Stderr = &strings.Builder{}
	output, err := command.StdoutPipe()
	if err == nil {
		err = command.Start()
	}
	if err != nil {
		log.Fatalf("%s: %v", binary, err)
	}
	lines := bufio.NewScanner(output)
	fields := map[string]string{}
	for lines.Scan() && !strings.HasPrefix(lines.Text(), "keymill ready ") {
	}
	for _, word := range strings.Fields(lines.Text()) {
		name, value, _ := strings.Cut(word, "=")
		fields[name] = value
	}
	server.endpoints = map[string]string{"http": fields["endpoint"], "https": fields["tls_endpoint"]}
	server.authority = fields["ca"]
	status := 1
	if fields["tls_endpoint"] != "" {
		status = tests()
	}
	command.Process.Signal(syscall.SIGTERM)
	if err := command.Wait(); err != nil {
		log.Printf("keymill ended: %v\n%s", err, command.Stderr)
		return 1
	}
	return status
}

// overBoth runs a test once by HTTP and once by HTTPS, with the environment that the README tells people to set: endpoint,
// region, the root user's profile, and (for HTTPS) the authority to trust.
func overBoth(t *testing.T, test func(t *testing.T, ctx context.Context, root aws.Config)) {
	for _, scheme := range []string{"http", "https"} {
		t.Run(scheme, func(t *testing.T) {
			t.Setenv("AWS_ENDPOINT_URL", server.endpoints[scheme])
			t.Setenv("AWS_REGION", "us-east-1")
			t.Setenv("AWS_SHARED_CREDENTIALS_FILE", filepath.Join(server.data, "credentials"))
			t.Setenv("AWS_PROFILE", "keymill")
			if scheme == "https" {
				t.Setenv("AWS_CA_BUNDLE", server.authority)
			}
			ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
			defer cancel()
			root, err := config.LoadDefaultConfig(ctx, config.WithRetryMaxAttempts(1))
			must(t, err)
			if root.HTTPClient == nil { // set already where there is an authority to trust
				root.HTTPClient = awshttp.NewBuildableClient()
			}
			test(t, ctx, root)
		})
	}
}

// signingAs is the same configuration with another pair.
func signingAs(cfg aws.Config, key *types.AccessKey) aws.Config {
	other := cfg.Copy()
	other.Credentials = credentials.NewStaticCredentialsProvider(*key.AccessKeyId, *key.SecretAccessKey, "")
	return other
}

// newUser makes an IAM user with one key and returns its name, its ARN and the key.
func newUser(t *testing.T, ctx context.Context, root aws.Config) (string, string, *types.AccessKey) {
	t.Helper()
	name := unique("user")
	made, err := iam.NewFromConfig(root).CreateUser(ctx, &iam.CreateUserInput{UserName: &name})
	must(t, err)
	return name, *made.User.Arn, newKey(t, ctx, root, name)
}

func newKey(t *testing.T, ctx context.Context, root aws.Config, user string) *types.AccessKey {
	t.Helper()
	made, err := iam.NewFromConfig(root).CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: &user})
	must(t, err)
	return made.AccessKey
}

// wire is an HTTP transport that sees what a client sends: the x-amz-content-sha256 of each PUT.
type wire struct {
	mutex sync.Mutex
	shown []string
	next  http.RoundTripper
}

// newWire makes one that trusts whom the SDK trusts.
func newWire(root aws.Config) *wire {
	return &wire{next: root.HTTPClient.(*awshttp.BuildableClient).GetTransport()}
}

func (w *wire) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.Method == http.MethodPut {
		w.mutex.Lock()
		w.shown = append(w.shown, request.Header.Get("X-Amz-Content-Sha256"))
		w.mutex.Unlock()
	}
	return w.next.RoundTrip(request)
}

func secure(cfg aws.Config) bool { return strings.HasPrefix(*cfg.BaseEndpoint, "https:") }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// refused says that err has to be the SDK's own error with this AWS code.
func refused(t *testing.T, err error, code string) {
	t.Helper()
	var answer smithy.APIError
	if !errors.As(err, &answer) || answer.ErrorCode() != code {
		t.Fatalf("wanted %s, got %v", code, err)
	}
}

func unique(stem string) string { return fmt.Sprintf("%s-%s", stem, hex.EncodeToString(bytes(5))) }

// bytes returns that many random bytes.
func bytes(count int) []byte {
	made := make([]byte, count)
	rand.Read(made)
	return made
}
