package integration

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// behindCloudflare is a log of 1000 requests of which share percent come over Cloudflare, each with its visitor in the forwarded header.
func behindCloudflare(share int) []byte {
	var log bytes.Buffer
	for i := range 1000 {
		visitor := fmt.Sprintf("198.51.%d.%d", 100+i%8, i%250)
		peer := visitor
		if i%100 < share {
			peer = fmt.Sprintf("104.16.%d.%d", i%30, i%250)
		}
		fmt.Fprintf(&log, "%s [04/May/2026:12:%02d:%02d +0000] \"GET /%c HTTP/1.1\" 200 10 \"%s\"\n", peer, i/60, i%60, 'a'+i%3, visitor)
	}
	return log.Bytes()
}

const forwardedFormat = `$remote_addr [$time_local] "$request" $status $body_bytes_sent "$http_x_forwarded_for"`

// TestAddressesOfACDN: from a fifth of the requests on, nothing is said of visitors, and the lines to add to the proxy are shown. With the network
// trusted, the forwarded header counts.
func TestAddressesOfACDN(t *testing.T) {
	for share, available := range map[int]bool{100: false, 20: false, 19: true} {
		path := fileOf(t, "www.example.org.log", behindCloudflare(share))
		page := shell(t, "report", "--log-format", forwardedFormat, path).stdout
		if got := !strings.Contains(page, "Visitors      not available: these are your CDN's addresses; what to change is"); got != available {
			t.Errorf("%d %%: available %v:\n%s", share, got, page)
		}
		for _, line := range []string{"      set_real_ip_from 104.16.0.0/13;\n", "      real_ip_header CF-Connecting-IP;\n", "      RemoteIPHeader CF-Connecting-IP\n",
			"read them with --trusted-proxy cloudflare.", "Not available without your visitors' addresses"} {
			if strings.Contains(page, line) == available {
				t.Errorf("%d %%: %q is there: %v", share, line, available)
			}
		}
		row := shell(t, "report", "--log-format", forwardedFormat, "--format", "json", "--by", "all", path).stdout
		for _, field := range []string{`"visitors":null`, `"top_countries":null`, `"clients_unavailable":"cdn"`} {
			if strings.Contains(row, field) == available {
				t.Errorf("%d %%: %s is there: %v", share, field, available)
			}
		}
		cells := shell(t, "report", "--log-format", forwardedFormat, "--format", "csv", "--by", "all", path).stdout
		if strings.Contains(cells, "all,1000,not available,") == available {
			t.Errorf("%d %%: the cell of visitors in\n%s", share, cells)
		}
	}
}

// TestTrustedProxies: by name or by range, the header of a trusted network counts; nobody else's does.
func TestTrustedProxies(t *testing.T) {
	path := fileOf(t, "www.example.org.log", behindCloudflare(100))
	for proxy, available := range map[string]bool{"cloudflare": true, "104.16.0.0/12": true, "10.0.0.0/8": false, "fastly": false} {
		page := shell(t, "report", "--log-format", forwardedFormat, "--trusted-proxy", proxy, path).stdout
		if strings.Contains(page, " different addresses") != available {
			t.Errorf("trusting %s: want visitors %v:\n%.600s", proxy, available, page)
		}
		if strings.Contains(page, "your CDN's addresses") == available {
			t.Errorf("trusting %s:\n%.600s", proxy, page)
		}
	}
	shell(t, "report", "--trusted-proxy", "cloudflair", path).expect(t, "a wrong name", 2, `--trusted-proxy cannot be "cloudflair"`, "or one of cloudflare,")
}

var remoteIP = regexp.MustCompile(`"remoteIp":"[^"]*"`)

// TestCDNBeforeALoadBalancer: Google's load balancer logs who connected to it, so its log cannot be mended, and the page says what to read instead.
func TestCDNBeforeALoadBalancer(t *testing.T) {
	log := remoteIP.ReplaceAll(logOf(t, "gcp", 300), []byte(`"remoteIp":"104.16.1.2"`))
	page := strings.Join(strings.Fields(shell(t, "report", fileOf(t, "gcp.jsonl", log)).stdout), " ")
	for _, want := range []string{"not available: these are your CDN's addresses", "Google's load balancer logs only who connects to it", "Logpush"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q:\n%s", want, page)
		}
	}
}
