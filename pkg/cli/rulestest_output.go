package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/floodgauge/floodgauge/pkg/logentry"
	"github.com/floodgauge/floodgauge/pkg/reportwriter"
	"github.com/floodgauge/floodgauge/pkg/ruletest"
	"github.com/floodgauge/floodgauge/pkg/vocabulary"
)

// testedClasses are the classes of clients in the order in which they are shown.
var testedClasses = []vocabulary.ClientClass{vocabulary.ClientBrowser, vocabulary.ClientDeclaredBot, vocabulary.ClientVerifiedBot, vocabulary.ClientTool,
	vocabulary.ClientEmpty, vocabulary.ClientOther, vocabulary.ClientNone}

func (c *rulesTestCmd) print(env *environment, r *ruletest.Result) error {
	if c.Format == "json" {
		return printTestJSON(env.stdout, r)
	}
	return printTest(env.stdout, r)
}

// printTest writes a table and what there is to say of it.
func printTest(w io.Writer, r *ruletest.Result) error {
	rows := [][]string{{"CLIENTS", "REQUESTS", "MET", "SHARE", "ADDRESSES MET"}}
	for _, class := range testedClasses {
		if c := &r.Classes[class]; class != vocabulary.ClientNone || c.Requests > 0 {
			rows = append(rows, testRow(reportwriter.ClientName(class.String()), c, r.AddressesCut))
		}
	}
	if err := writeTextTable(w, append(rows, testRow("all", &r.All, r.AddressesCut))); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "\n%s\n", strings.Join(testSentences(r), "\n"))
	return err
}

func testRow(title string, c *ruletest.Class, cut bool) []string {
	addresses := reportwriter.Count(c.Addresses)
	if cut {
		addresses += " or more"
	}
	return []string{title, reportwriter.Count(c.Requests), reportwriter.Count(c.Met), reportwriter.Percent(c.Met, c.Requests), addresses}
}

// testSentences say what the rule would have met, and what the table cannot tell.
func testSentences(r *ruletest.Result) []string {
	all, browsers := &r.All, &r.Classes[vocabulary.ClientBrowser]
	summary := fmt.Sprintf("%s of %s would have met it", reportwriter.Count(all.Met), reportwriter.Plural(all.Requests, "request"))
	if browsers.Requests > 0 {
		summary += "; " + reportwriter.Percent(browsers.Met, browsers.Requests) + " of browsers' requests"
	}
	sentences := []string{summary + "."}
	if all.Undecided > 0 {
		sentences = append(sentences, undecided(r))
	}
	if r.NoAddress > 0 {
		sentences = append(sentences, reportwriter.Plural(r.NoAddress, "request")+" that it met: the log does not have the client's address.")
	}
	if r.Networks > 0 {
		sentences = append(sentences, reportwriter.Plural(r.Networks, "request")+" that it met: the address is that of a content delivery network, not of the client.")
	}
	return sentences
}

// undecided says of how many requests nobody can tell, and why.
func undecided(r *ruletest.Result) string {
	var why []string
	for _, m := range r.Missing {
		why = append(why, fmt.Sprintf("%s (%s)", printable(m.Name), reportwriter.Count(m.Requests)))
	}
	text := reportwriter.Plural(r.All.Undecided, "request") + " undecided"
	if len(why) > 0 {
		text += ", as the log does not have what the rule asks for: " + strings.Join(why, ", ")
	}
	if r.Elsewhere > 0 {
		text += fmt.Sprintf("; %s by functions whose answer only the service has", reportwriter.Count(r.Elsewhere))
	}
	return text + "."
}

// testJSON is the result for programs.
type testJSON struct {
	classJSON
	AddressesCut bool             `json:"addresses_cut"` // there were more
	Classes      []classJSON      `json:"classes"`
	Missing      []missingJSON    `json:"missing"`
	Elsewhere    int64            `json:"undecided_by_the_service"`
	NoAddress    int64            `json:"met_without_address"`
	Networks     int64            `json:"met_from_delivery_networks"`
	Lines        int64            `json:"lines"`
	Unreadable   map[string]int64 `json:"unreadable"` // lines by reason
	OutsideRange int64            `json:"outside_range"`
	OtherHost    int64            `json:"other_host"`
}

type classJSON struct {
	Class     string `json:"class"`
	Requests  int64  `json:"requests"`
	Met       int64  `json:"met"`
	Undecided int64  `json:"undecided"`
	Addresses int64  `json:"addresses"`
}

type missingJSON struct {
	Name     string `json:"name"`
	Requests int64  `json:"requests"`
}

func printTestJSON(w io.Writer, r *ruletest.Result) error {
	class := func(name string, c *ruletest.Class) classJSON {
		return classJSON{name, c.Requests, c.Met, c.Undecided, c.Addresses}
	}
	out := testJSON{classJSON: class("all", &r.All), AddressesCut: r.AddressesCut, Missing: []missingJSON{}, Elsewhere: r.Elsewhere, NoAddress: r.NoAddress,
		Networks: r.Networks, Lines: r.Counts.Lines, Unreadable: map[string]int64{}, OutsideRange: r.Counts.OutsideRange, OtherHost: r.Counts.OtherHost}
	for _, c := range testedClasses {
		out.Classes = append(out.Classes, class(c.String(), &r.Classes[c]))
	}
	for _, m := range r.Missing {
		out.Missing = append(out.Missing, missingJSON{m.Name, m.Requests})
	}
	for reason := logentry.OK + 1; reason < logentry.ReasonCount; reason++ {
		if n := r.Counts.Dead[reason]; n > 0 {
			out.Unreadable[reason.String()] = n
		}
	}
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(out)
}
