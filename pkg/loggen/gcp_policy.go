package loggen

import "github.com/floodgauge/floodgauge/pkg/vocabulary"

// appendGCPPolicies writes what the site's Cloud Armor policies did, and what rules on trial would have done.
func appendGCPPolicies(dst []byte, r *Request) []byte {
	if r.Enforced == vocabulary.ActionDenied && r.atEdge() {
		dst = append(dst, `"enforcedEdgeSecurityPolicy":{`...)
		dst = append(dst, r.site.gcp.policy...)
		return append(dst, `,"priority":100,"configuredAction":"DENY","outcome":"DENY"},`...)
	}
	dst = appendGCPPolicy(dst, `"enforcedSecurityPolicy":{"configuredAction":"`, r, r.Enforced)
	return appendGCPPolicy(dst, `"previewSecurityPolicy":{"configuredAction":"`, r, r.Preview)
}

// atEdge tells whether a refusal came from the policy before the cache: of those at sites that have one, half.
func (r *Request) atEdge() bool { return r.site.edge && r.Session%2 == 0 }

func appendGCPPolicy(dst []byte, key string, r *Request, action vocabulary.Action) []byte {
	if action == vocabulary.ActionNone {
		return dst
	}
	configured, priority, limit := configuredActions[action], priorities[action], rateOutcomes[action]
	if action == vocabulary.ActionAllowed && r.site.regional { // its last rule is a rate limit, which this request keeps
		configured, limit = "THROTTLE", "RATE_LIMIT_THRESHOLD_CONFORM"
	}
	dst = append(append(append(dst, key...), configured...), `",`...)
	dst = append(append(dst, r.site.gcp.policy...), `,"outcome":"`...)
	dst = append(append(dst, outcomes[action]...), `","priority":`...)
	dst = append(dst, priority...)
	if limit != "" { // the key is the client's address
		dst = append(dst, `,"rateLimitAction":{"key":"`...)
		dst = append(r.Client.AppendTo(dst), `","outcome":"`...)
		dst = append(append(dst, limit...), `"}`...)
	}
	if action == vocabulary.ActionDenied {
		dst = append(dst, `,"preconfiguredExprIds":["owasp-crs-v030301-id913100-scannerdetection"]`...)
	}
	return append(dst, `},`...)
}

var configuredActions = [vocabulary.ActionCount]string{
	vocabulary.ActionAllowed:    `ALLOW`,
	vocabulary.ActionDenied:     `DENY`,
	vocabulary.ActionThrottled:  `THROTTLE`,
	vocabulary.ActionBanned:     `RATE_BASED_BAN`,
	vocabulary.ActionChallenged: `GOOGLE_RECAPTCHA`,
}

var outcomes = [vocabulary.ActionCount]string{
	vocabulary.ActionAllowed:    `ACCEPT`,
	vocabulary.ActionDenied:     `DENY`,
	vocabulary.ActionThrottled:  `DENY`,
	vocabulary.ActionBanned:     `DENY`,
	vocabulary.ActionChallenged: `REDIRECT`,
}

// priorities holds the priority of the rule that acts.
var priorities = [vocabulary.ActionCount]string{
	vocabulary.ActionAllowed:    `2147483647`,
	vocabulary.ActionDenied:     `900`,
	vocabulary.ActionThrottled:  `1200`,
	vocabulary.ActionBanned:     `1210`,
	vocabulary.ActionChallenged: `800`,
}

var rateOutcomes = [vocabulary.ActionCount]string{
	vocabulary.ActionThrottled: `RATE_LIMIT_THRESHOLD_EXCEED`,
	vocabulary.ActionBanned:    `BAN_THRESHOLD_EXCEED`,
}

// statusDetails says in Google's words how the answer came about.
func statusDetails(r *Request) string {
	switch {
	case r.Enforced == vocabulary.ActionChallenged:
		return "redirected_by_security_policy"
	case r.refused():
		return "denied_by_security_policy"
	case statusDetailsByError[r.OriginError] != "":
		return statusDetailsByError[r.OriginError]
	case r.Cache == vocabulary.CacheHit:
		return "response_from_cache"
	}
	return "response_sent_by_backend"
}

var statusDetailsByError = [vocabulary.OriginErrorCount]string{
	vocabulary.OriginErrorTimeout:      "backend_timeout",
	vocabulary.OriginErrorConnect:      "failed_to_connect_to_backend",
	vocabulary.OriginErrorNoBackend:    "failed_to_pick_backend",
	vocabulary.OriginErrorClosed:       "backend_connection_closed_before_data_sent_to_client",
	vocabulary.OriginErrorClientGone:   "client_disconnected_before_any_response",
	vocabulary.OriginErrorClientPartly: "client_disconnected_after_partial_response",
}
