package privacy

import (
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
	"pgregory.net/rapid"

	"github.com/floodgauge/floodgauge/pkg/agent"
	"github.com/floodgauge/floodgauge/schemas"
)

// A text that is added to a message must be described on the allow-list, where whoever reviews it sees what it may hold.
func TestEveryTextIsRegistered(t *testing.T) {
	if err := CheckSchema(schemas.File_traffic_proto); err != nil {
		t.Error(err)
	}
}

// The check itself sees new texts wherever they are, new messages, and texts that are gone.
func TestCheckSchemaSeesChanges(t *testing.T) {
	text, many := descriptorpb.FieldDescriptorProto_TYPE_STRING, descriptorpb.FieldDescriptorProto_LABEL_REPEATED
	change := func(message string, f func(*descriptorpb.DescriptorProto)) func(*descriptorpb.FileDescriptorProto) {
		return func(file *descriptorpb.FileDescriptorProto) {
			for _, m := range file.GetMessageType() {
				if m.GetName() == message {
					f(m)
				}
			}
		}
	}
	add := func(m *descriptorpb.DescriptorProto) {
		m.Field = append(m.Field, &descriptorpb.FieldDescriptorProto{Name: proto.String("client_address"), Number: proto.Int32(900), Type: &text, Label: &many})
	}
	cases := []struct {
		change func(*descriptorpb.FileDescriptorProto)
		want   string
	}{
		{change("TrafficReport", add), "TrafficReport.client_address is a text that no entry"},
		{change("TopPath", add), "TrafficReport.top_paths.client_address is a text"},
		{change("ListRest", add), "TrafficReport.rest.client_address is a text"},
		{change("DeadLetter", add), "DeadLetter.client_address is a text"},
		{change("DeadLetter", func(m *descriptorpb.DescriptorProto) { m.Field = m.GetField()[:1] }), "DeadLetter.reason is on the output allow-list, but no"},
		{func(f *descriptorpb.FileDescriptorProto) {
			f.MessageType = append(f.GetMessageType(), &descriptorpb.DescriptorProto{Name: proto.String("Visitor")})
		}, "message Visitor is part of no output"},
	}
	for _, c := range cases {
		file := protodesc.ToFileDescriptorProto(schemas.File_traffic_proto)
		c.change(file)
		changed, err := protodesc.NewFile(file, protoregistry.GlobalFiles)
		if err != nil {
			t.Fatal(err)
		}
		if err := CheckSchema(changed); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("CheckSchema error = %v, want one with %q", err, c.want)
		}
	}
}

func goodReport() *schemas.TrafficReport {
	return &schemas.TrafficReport{
		Host: "www.example.com", Level: "minute", StatusClass: map[string]int64{"2xx": 1}, Methods: map[string]int64{"GET": 1},
		Protocols: map[string]int64{"HTTP/2": 1}, Enforced: map[string]int64{"denied": 1}, OriginErrors: map[string]int64{"timeout": 1},
		Clients: map[string]int64{"browser": 1}, VisitorsSketch: []byte{1, 2, 3},
		TopPaths:     []*schemas.TopPath{{Path: "/user/{n}/photos"}},
		TopCountries: []*schemas.TopValue{{Value: "NL"}}, TopReferrers: []*schemas.TopValue{{Value: "google.com"}, {Value: "telegram.org (app)"}},
		TopAgents: []*schemas.TopValue{{Value: "Chrome"}}, Rest: map[string]*schemas.ListRest{"top_paths": {}},
		NotLogged: []string{"latency"}, PartlyLogged: map[string]int64{"cache": 1}, ClientsUnavailable: "cdn",
	}
}

func TestGoodMessagesPass(t *testing.T) {
	for _, m := range []proto.Message{
		goodReport(), &schemas.TrafficReport{Host: "(other hosts)"}, &schemas.TrafficReport{},
		&schemas.DeadLetter{Source: "/var/log/nginx/access.log", Reason: "not_json"},
	} {
		if err := CheckMessage(m); err != nil {
			t.Error(err)
		}
	}
}

// Nothing that a client chose passes as any text of a row, and the error does not repeat it.
func TestForeignTextIsFound(t *testing.T) {
	const canary = "Xq7-canary <jane@example.com>"
	places := map[string]func(*schemas.TrafficReport, string){
		"host":                func(r *schemas.TrafficReport, s string) { r.Host = s },
		"level":               func(r *schemas.TrafficReport, s string) { r.Level = s },
		"status_class":        func(r *schemas.TrafficReport, s string) { r.StatusClass[s] = 1 },
		"methods":             func(r *schemas.TrafficReport, s string) { r.Methods[s] = 1 },
		"protocols":           func(r *schemas.TrafficReport, s string) { r.Protocols[s] = 1 },
		"enforced":            func(r *schemas.TrafficReport, s string) { r.Enforced[s] = 1 },
		"preview":             func(r *schemas.TrafficReport, s string) { r.Preview = map[string]int64{s: 1} },
		"origin_errors":       func(r *schemas.TrafficReport, s string) { r.OriginErrors[s] = 1 },
		"clients":             func(r *schemas.TrafficReport, s string) { r.Clients[s] = 1 },
		"top_paths.path":      func(r *schemas.TrafficReport, s string) { r.TopPaths[0].Path = s },
		"top_countries.value": func(r *schemas.TrafficReport, s string) { r.TopCountries[0].Value = s },
		"top_referrers.value": func(r *schemas.TrafficReport, s string) { r.TopReferrers[1].Value = s },
		"top_agents.value":    func(r *schemas.TrafficReport, s string) { r.TopAgents[0].Value = s },
		"rest":                func(r *schemas.TrafficReport, s string) { r.Rest[s] = &schemas.ListRest{} },
		"not_logged":          func(r *schemas.TrafficReport, s string) { r.NotLogged[0] = s },
		"partly_logged":       func(r *schemas.TrafficReport, s string) { r.PartlyLogged[s] = 1 },
		"clients_unavailable": func(r *schemas.TrafficReport, s string) { r.ClientsUnavailable = s },
	}
	for path := range outputs {
		field, isReport := strings.CutPrefix(path, "TrafficReport.")
		if isReport && places[field] == nil && field != "visitors_sketch" {
			t.Errorf("the test lacks %s", field)
		}
	}
	for field, put := range places {
		for _, foreign := range []string{canary, "/" + canary, "\x1b[2J", "=1+1", "192.0.2.1, 192.0.2.2", "Mozilla/5.0 (X11)"} {
			r := goodReport()
			put(r, foreign)
			err := CheckMessage(r)
			if err == nil || !strings.Contains(err.Error(), "TrafficReport."+field+" must be") {
				t.Errorf("%s: text %q passes (error %v)", field, foreign, err)
			} else if strings.Contains(err.Error(), foreign) && foreign != "=1+1" {
				t.Errorf("%s: the error repeats the text: %v", field, err)
			}
		}
	}
	if CheckMessage(&schemas.DeadLetter{Source: "a\x1b[2J"}) == nil || CheckMessage(&schemas.DeadLetter{Reason: canary}) == nil {
		t.Error("a dead letter with foreign text passes")
	}
}

// Whatever a client sends, what this package and package agent make of it passes.
func TestWhatLeavesFitsTheAllowList(t *testing.T) {
	tp, agents := newTemplater(t, "/user/{name}/photos", "/{a}/{b...}"), agent.New()
	plain := newTemplater(t)
	rapid.Check(t, func(t *rapid.T) {
		raw := []byte(genPath(t))
		r := goodReport()
		r.TopPaths = []*schemas.TopPath{{Path: tp.Template(raw)}, {Path: plain.Template(raw)}}
		r.TopReferrers, r.TopAgents = nil, nil
		if s := Referrer(append([]byte("https://"), raw...), []byte("example.com")); s != "" {
			r.TopReferrers = []*schemas.TopValue{{Value: s}}
		}
		if a := agents.Classify(raw); a.Family != "" {
			r.TopAgents = []*schemas.TopValue{{Value: a.Family}}
		}
		if err := CheckMessage(r); err != nil {
			t.Fatal(err)
		}
	})
}
