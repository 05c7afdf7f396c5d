// Package cloudarmor knows the rules of Google Cloud Armor: the language of their expressions, the service's limits, what a rule matches, how hosts and
// paths are written so that every spelling of them is met, and how a policy is written for gcloud, Terraform and the REST API. It decides nothing:
// which rule is worth having is pkg/attack's. It never talks to Google, and what a log does not tell it calls unknown.
package cloudarmor

// Policy is a security policy in the words of the Compute REST API, as far as rules go. "gcloud compute security-policies describe" and "export" print
// it, too; fields that are not listed here are left alone.
type Policy struct {
	Name        string `json:"name" yaml:"name"`
	Type        string `json:"type,omitempty" yaml:"type"`
	Description string `json:"description,omitempty" yaml:"description"`
	Rules       []Rule `json:"rules" yaml:"rules"`
}

// The two types of policies whose rules this package knows. An empty type is TypeBackend.
const (
	TypeBackend = "CLOUD_ARMOR"
	TypeEdge    = "CLOUD_ARMOR_EDGE"
)

// DefaultPriority is the priority of the rule that every policy must have, and the lowest.
const DefaultPriority = 2147483647

// Rule is one rule of a policy. Rules are tried by ascending priority, and the first that matches ends the evaluation.
type Rule struct {
	Line             int               `json:"-" yaml:"-"` // of the file that it was read from, else 0
	Priority         int64             `json:"priority" yaml:"priority"`
	Description      string            `json:"description,omitempty" yaml:"description"`
	Action           string            `json:"action" yaml:"action"`
	Preview          bool              `json:"preview" yaml:"preview"`
	Match            Match             `json:"match" yaml:"match"`
	RateLimitOptions *RateLimitOptions `json:"rateLimitOptions,omitempty" yaml:"rateLimitOptions"`
	RedirectOptions  *RedirectOptions  `json:"redirectOptions,omitempty" yaml:"redirectOptions"`
}

// Match says which requests a rule is for: those from the addresses of Config, or those for which Expr is true.
type Match struct {
	VersionedExpr string       `json:"versionedExpr,omitempty" yaml:"versionedExpr"`
	Config        *MatchConfig `json:"config,omitempty" yaml:"config"`
	Expr          *Expr        `json:"expr,omitempty" yaml:"expr"`
}

// MatchConfig holds ranges of addresses; "*" is everybody.
type MatchConfig struct {
	SrcIPRanges []string `json:"srcIpRanges" yaml:"srcIpRanges"`
}

// Expr holds an expression of the rules language.
type Expr struct {
	Expression string `json:"expression" yaml:"expression"`
}

// RateLimitOptions are those of the actions throttle and rate_based_ban.
type RateLimitOptions struct {
	RateLimitThreshold Threshold            `json:"rateLimitThreshold" yaml:"rateLimitThreshold"`
	ConformAction      string               `json:"conformAction" yaml:"conformAction"`
	ExceedAction       string               `json:"exceedAction" yaml:"exceedAction"`
	EnforceOnKey       string               `json:"enforceOnKey,omitempty" yaml:"enforceOnKey"`
	EnforceOnKeyName   string               `json:"enforceOnKeyName,omitempty" yaml:"enforceOnKeyName"`
	EnforceOnKeys      []EnforceOnKeyConfig `json:"enforceOnKeyConfigs,omitempty" yaml:"enforceOnKeyConfigs"`
	BanThreshold       *Threshold           `json:"banThreshold,omitempty" yaml:"banThreshold"`
	BanDurationSec     int64                `json:"banDurationSec,omitempty" yaml:"banDurationSec"`
	ExceedRedirect     *RedirectOptions     `json:"exceedRedirectOptions,omitempty" yaml:"exceedRedirectOptions"`
}

// Threshold is a number of requests in a number of seconds.
type Threshold struct {
	Count       int64 `json:"count" yaml:"count"`
	IntervalSec int64 `json:"intervalSec" yaml:"intervalSec"`
}

// EnforceOnKeyConfig is one part of a key of several parts.
type EnforceOnKeyConfig struct {
	EnforceOnKeyType string `json:"enforceOnKeyType" yaml:"enforceOnKeyType"`
	EnforceOnKeyName string `json:"enforceOnKeyName,omitempty" yaml:"enforceOnKeyName"`
}

// RedirectOptions are those of the action redirect.
type RedirectOptions struct {
	Type   string `json:"type" yaml:"type"`
	Target string `json:"target,omitempty" yaml:"target"`
}

// The actions that counting rules have.
const (
	throttle     = "throttle"
	rateBasedBan = "rate_based_ban"
)

// counts tells whether the rule counts requests.
func (r *Rule) counts() bool { return r.Action == throttle || r.Action == rateBasedBan }
