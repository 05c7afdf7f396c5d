package integration

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/fsouza/fake-gcs-server/fakestorage"
)

// fakeDataflow answers the few calls of the Dataflow API that launching a job takes, and keeps the job.
type fakeDataflow struct {
	mu   sync.Mutex
	jobs []map[string]any
}

func (f *fakeDataflow) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	switch {
	case r.URL.Path == "/token":
		_, _ = io.WriteString(w, `{"access_token":"fake","token_type":"Bearer","expires_in":3600}`)
	case r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/jobs"):
		var job map[string]any
		if err := json.NewDecoder(r.Body).Decode(&job); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		job["id"], job["currentState"] = fmt.Sprintf("job-%d", len(f.jobs)+1), "JOB_STATE_RUNNING"
		f.jobs = append(f.jobs, job)
		_ = json.NewEncoder(w).Encode(job)
	default:
		http.Error(w, `{"error":{"code":501}}`, http.StatusNotImplemented)
	}
}

// startFakeCloud starts object storage and the Dataflow API and returns the API's address and the environment a launching process needs.
func startFakeCloud(t *testing.T) (df *fakeDataflow, gcs *fakestorage.Server, endpoint string, env []string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	_ = l.Close()
	host := fmt.Sprintf("127.0.0.1:%d", port)
	gcs, err = fakestorage.NewServerWithOptions(fakestorage.Options{Scheme: "http", Host: "127.0.0.1", Port: uint16(port), PublicHost: host})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(gcs.Stop)
	gcs.CreateBucketWithOpts(fakestorage.CreateBucketOpts{Name: "bucket"})
	df = &fakeDataflow{}
	api := httptest.NewServer(df)
	t.Cleanup(api.Close)
	return df, gcs, api.URL + "/", append(os.Environ(), "STORAGE_EMULATOR_HOST="+host, "GOOGLE_APPLICATION_CREDENTIALS="+writeCredentials(t, api.URL+"/token"))
}

// writeCredentials writes a service account with a key made for this test, whose tokens the fake hands out.
func writeCredentials(t *testing.T, tokenURL string) string {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(map[string]string{"type": "service_account", "project_id": "test-project", "private_key_id": "k",
		"client_email": "t@test-project.iam.gserviceaccount.com", "token_uri": tokenURL,
		"private_key": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "account.json")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
