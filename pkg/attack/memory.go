package attack

import (
	"cmp"
	"maps"
	"slices"

	"github.com/floodgauge/floodgauge/pkg/vocabulary"
	"github.com/floodgauge/floodgauge/schemas"
)

const (
	// A minute gives a memory its perMinute requests with the smallest ids; of an hour that is over, perHour stay, for rememberedHours. So all minutes count
	// alike, however busy, and about 480 requests of an hour or 1,000 of a day are known: of a rule that hits none of them it can be said, with 95 %
	// confidence, that it hits no more than 0.6 % or 0.3 % of the usual requests.
	perMinute       = 8
	perHour         = 40
	rememberedHours = 24
	// maxProtected bounds the combinations of values that protected clients were seen with.
	maxProtected = 512
)

// request is one remembered request. Texts are places in the memory's texts.
type request struct {
	id                             uint64
	minute                         uint32 // since 1970
	network, client                uint32
	path, agent, referrer, country uint16
	method                         vocabulary.Method
	query, accused, suspect        bool
}

// memory holds requests. It is a function of what was put into it.
type memory struct {
	texts    []string // the first is empty
	places   map[string]uint16
	requests []request // by minute, then id
}

func newMemory() *memory { return &memory{texts: []string{""}, places: map[string]uint16{"": 0}} }

func (m *memory) place(text string) uint16 {
	at, known := m.places[text]
	if !known && len(m.texts) <= 0xffff {
		at = uint16(len(m.texts))
		m.texts = append(m.texts, text)
		m.places[text] = at
	}
	return at
}

// put takes in a request of a sample.
func (m *memory) put(minute uint32, s *schemas.Sample, i int, suspect bool) {
	marks := s.Marks[i]
	m.add(request{id: uint64(s.Ids[i]), minute: minute, network: s.Networks[i], client: s.Clients[i], method: vocabulary.Method(s.Methods[i]),
		query: marks&withQuery != 0, accused: marks&ofAccused != 0, suspect: suspect}, s.Texts[s.Paths[i]], s.Texts[s.Agents[i]], s.Texts[s.Referrers[i]],
		s.Texts[s.Countries[i]])
}

func (m *memory) add(r request, path, agent, referrer, country string) {
	r.path, r.agent, r.referrer, r.country = m.place(path), m.place(agent), m.place(referrer), m.place(country)
	m.requests = append(m.requests, r)
}

// remember takes in a minute of usual requests.
func (m *memory) remember(minute uint32, s *schemas.Sample) {
	if n := len(m.requests); n > 0 && m.requests[n-1].minute/60 != minute/60 {
		m.thin(minute)
	}
	taken := 0
	for i, marks := range s.GetMarks() {
		if marks&inAll != 0 && taken < perMinute {
			m.put(minute, s, i, false)
			taken++
		}
	}
}

// thin cuts the hours before the last one, and forgets those that are too old.
func (m *memory) thin(minute uint32) {
	hours := map[uint32][]request{}
	for _, r := range m.requests {
		hours[r.minute/60] = append(hours[r.minute/60], r)
	}
	kept := m.requests[:0:0]
	for _, hour := range slices.Sorted(maps.Keys(hours)) {
		requests := hours[hour]
		switch {
		case hour+rememberedHours < minute/60:
			continue
		case hour+1 < minute/60 && len(requests) > perHour:
			slices.SortStableFunc(requests, func(a, b request) int { return cmp.Or(cmp.Compare(a.id, b.id), cmp.Compare(a.minute, b.minute)) })
			requests = requests[:perHour]
		}
		kept = append(kept, requests...)
	}
	slices.SortStableFunc(kept, func(a, b request) int { return cmp.Or(cmp.Compare(a.minute, b.minute), cmp.Compare(a.id, b.id)) })
	m.keep(kept)
}

// keep makes requests the memory's, and forgets the texts that no one has any more.
func (m *memory) keep(requests []request) {
	old := m.texts
	*m = *newMemory()
	m.requests = requests
	for i := range requests {
		r := &requests[i]
		for _, at := range []*uint16{&r.path, &r.agent, &r.referrer, &r.country} {
			*at = m.place(old[*at])
		}
	}
}

// protect takes in requests of clients that no rule may reach: each combination of values once, the latest last.
func (m *memory) protect(minute uint32, s *schemas.Sample) {
	for i, marks := range s.GetMarks() {
		if marks&inProtected == 0 {
			continue
		}
		m.put(minute, s, i, false)
		last := m.requests[len(m.requests)-1]
		same := func(r request) bool {
			return r.path == last.path && r.agent == last.agent && r.referrer == last.referrer && r.country == last.country && r.network == last.network &&
				r.method == last.method && r.query == last.query
		}
		if at := slices.IndexFunc(m.requests[:len(m.requests)-1], same); at >= 0 {
			m.requests = slices.Delete(m.requests, at, at+1)
		}
	}
	if over := len(m.requests) - maxProtected; over > 0 {
		m.keep(slices.Clone(m.requests[over:]))
	}
}

// forgetBefore drops what is older than a minute.
func (m *memory) forgetBefore(minute uint32) {
	at := slices.IndexFunc(m.requests, func(r request) bool { return r.minute >= minute })
	switch {
	case at < 0:
		*m = *newMemory()
	case at > 0:
		m.keep(slices.Clone(m.requests[at:]))
	}
}

func (m *memory) proto() *schemas.Memory {
	p := &schemas.Memory{Texts: slices.Clone(m.texts)}
	for i := range m.requests {
		r := &m.requests[i]
		p.Ids, p.Minutes, p.Networks = append(p.Ids, r.id), append(p.Minutes, r.minute), append(p.Networks, r.network)
		p.Paths, p.Agents = append(p.Paths, uint32(r.path)), append(p.Agents, uint32(r.agent))
		p.Referrers, p.Countries = append(p.Referrers, uint32(r.referrer)), append(p.Countries, uint32(r.country))
		p.Methods, p.Accused, p.Suspect = append(p.Methods, uint32(r.method)), append(p.Accused, r.accused), append(p.Suspect, r.suspect)
		p.Queries, p.Clients = append(p.Queries, r.query), append(p.Clients, r.client)
	}
	return p
}

// memoryOf reads what proto wrote. Of anything else it makes an empty memory: what is usual is learned anew.
func memoryOf(p *schemas.Memory) *memory {
	m := newMemory()
	n := len(p.GetIds())
	for _, column := range [][]uint32{p.GetMinutes(), p.GetPaths(), p.GetAgents(), p.GetReferrers(), p.GetCountries(), p.GetNetworks(), p.GetMethods()} {
		if len(column) != n {
			return m
		}
	}
	if len(p.GetAccused()) != n || len(p.GetSuspect()) != n || len(p.GetQueries()) != n {
		return m
	}
	clients := p.Clients
	if len(clients) != n {
		clients = make([]uint32, n)
	}
	text := func(at uint32) string {
		if int(at) < len(p.Texts) {
			return p.Texts[at]
		}
		return ""
	}
	for i := range n {
		m.add(request{id: p.Ids[i], minute: p.Minutes[i], network: p.Networks[i], client: clients[i], method: vocabulary.Method(p.Methods[i]), query: p.Queries[i],
			accused: p.Accused[i], suspect: p.Suspect[i]}, text(p.Paths[i]), text(p.Agents[i]), text(p.Referrers[i]), text(p.Countries[i]))
	}
	return m
}
