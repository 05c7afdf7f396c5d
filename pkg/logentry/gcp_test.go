package logentry

import (
	"testing"

	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

func TestPolicyAction(t *testing.T) {
	for _, c := range []struct {
		configured, outcome, limit string
		want                       vocabulary.Action
	}{
		{"ALLOW", "ACCEPT", "", vocabulary.ActionAllowed},
		{"DENY", "DENY", "", vocabulary.ActionDenied},
		{"THROTTLE", "ACCEPT", "RATE_LIMIT_THRESHOLD_CONFORM", vocabulary.ActionAllowed},
		{"THROTTLE", "DENY", "RATE_LIMIT_THRESHOLD_EXCEED", vocabulary.ActionThrottled},
		{"RATE_BASED_BAN", "ACCEPT", "RATE_LIMIT_THRESHOLD_CONFORM", vocabulary.ActionAllowed},
		{"RATE_BASED_BAN", "DENY", "RATE_LIMIT_THRESHOLD_EXCEED", vocabulary.ActionThrottled},
		{"RATE_BASED_BAN", "DENY", "BAN_THRESHOLD_EXCEED", vocabulary.ActionBanned},
		{"RATE_BASED_BAN", "DENY", "BAN_THRESHOLD_EXCEEDED", vocabulary.ActionBanned},
		{"RATE_BASED_BAN", "DENY", "", vocabulary.ActionBanned},
		{"GOOGLE_RECAPTCHA", "REDIRECT", "", vocabulary.ActionChallenged},
		{"EXTERNAL_302", "REDIRECT", "", vocabulary.ActionRedirected},
		{"THROTTLE", "REDIRECT", "RATE_LIMIT_THRESHOLD_EXCEED", vocabulary.ActionRedirected},
		{"DENY", "", "", vocabulary.ActionDenied},
		{"THROTTLE", "", "RATE_LIMIT_THRESHOLD_CONFORM", vocabulary.ActionAllowed},
		{"NEW_ACTION", "DENY", "", vocabulary.ActionDenied},
		{"ALLOW", "NEW_OUTCOME", "", vocabulary.ActionOther},
	} {
		p := policy{spoke: true, configured: parseAction([]byte(c.configured)), outcome: []byte(c.outcome), limit: []byte(c.limit)}
		if got := p.action(); got != c.want {
			t.Errorf("%s %s %s: got %v, want %v", c.configured, c.outcome, c.limit, got, c.want)
		}
	}
}

func TestStatusDetails(t *testing.T) {
	for _, c := range []struct {
		details string
		status  uint16
		want    vocabulary.OriginError
	}{
		{"response_sent_by_backend", 200, vocabulary.OriginErrorNone},
		{"response_sent_by_backend", 503, vocabulary.OriginErrorStatus},
		{"response_from_cache", 200, vocabulary.OriginErrorNone},
		{"denied_by_security_policy", 502, vocabulary.OriginErrorNone},
		{"backend_timeout", 502, vocabulary.OriginErrorTimeout},
		{"failed_to_pick_backend", 503, vocabulary.OriginErrorNoBackend},
		{"failed_to_connect_to_backend", 503, vocabulary.OriginErrorConnect},
		{"backend_connection_closed_after_partial_response_sent", 200, vocabulary.OriginErrorClosed},
		{"backend_connection_closed_of_next_year", 200, vocabulary.OriginErrorClosed},
		{"backend_response_corrupted", 502, vocabulary.OriginErrorOther},
		{"client_disconnected_before_any_response", 0, vocabulary.OriginErrorClientGone},
		{"client_disconnected_after_partial_response", 200, vocabulary.OriginErrorClientPartly},
		{"unsupported_method", 400, vocabulary.OriginErrorNone},
		{"internal_error", 502, vocabulary.OriginErrorOther},
		{"client_timed_out", 408, vocabulary.OriginErrorNone},
	} {
		if got := readDetail([]byte(c.details)).originError(c.status); got != c.want {
			t.Errorf("%s with %d: got %v, want %v", c.details, c.status, got, c.want)
		}
	}
}

func TestProxyStatus(t *testing.T) {
	for text, want := range map[string]vocabulary.OriginError{
		`error="destination_unavailable"; details="failed_to_pick_backend"`:                vocabulary.OriginErrorNoBackend,
		`error="http_response_timeout"; details="backend_timeout"`:                         vocabulary.OriginErrorTimeout,
		`error="connection_terminated"`:                                                    vocabulary.OriginErrorClosed,
		`error="connection_timeout"; details="of_next_year"`:                               vocabulary.OriginErrorConnect,
		`error="http_request_error"; details="client_disconnected_before_any_response"`:    vocabulary.OriginErrorClientGone,
		`error="http_request_error"; details="client_disconnected_after_partial_response"`: vocabulary.OriginErrorClientPartly,
		`error="http_request_denied"`:                                                      vocabulary.OriginErrorNone,
		`error="proxy_internal_error"`:                                                     vocabulary.OriginErrorOther,
		`error="unterminated`:                                                              vocabulary.OriginErrorOther, // with status 503, nothing better is known
	} {
		if got := readProxyStatus([]byte(text)).originError(503); got != want {
			t.Errorf("%s: got %v, want %v", text, got, want)
		}
	}
}
