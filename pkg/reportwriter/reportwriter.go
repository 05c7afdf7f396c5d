// Package reportwriter turns traffic reports into what people and programs read: JSON lines, CSV, Parquet, and pages for a
// terminal. It takes finished rows and adds no figure that they do not hold; it does not compute reports, knows no log format,
// and imports neither the parser nor Beam, so nothing that names a visitor can reach it.
//
// In every format a figure that the logs do not carry is null, or says so in words, and is never 0.
package reportwriter

import (
	"github.com/floodgauge/floodgauge/pkg/vocabulary"
	"github.com/floodgauge/floodgauge/schemas"
)

// columnField tells which logged field a column needs. Columns whose type has a presence of its own are not in it.
var columnField = map[string]vocabulary.Field{
	"status":        vocabulary.FieldStatus,
	"status_class":  vocabulary.FieldStatus,
	"methods":       vocabulary.FieldMethod,
	"protocols":     vocabulary.FieldProtocol,
	"enforced":      vocabulary.FieldDefence,
	"preview":       vocabulary.FieldDefence,
	"origin_errors": vocabulary.FieldOriginError,
	"clients":       vocabulary.FieldAgent,
	"top_paths":     vocabulary.FieldPath,
	"top_countries": vocabulary.FieldCountry,
	"top_networks":  vocabulary.FieldNetwork,
	"top_referrers": vocabulary.FieldReferrer,
	"top_agents":    vocabulary.FieldAgent,
}

var fieldByName = func() map[string]vocabulary.Field {
	names := make(map[string]vocabulary.Field, vocabulary.FieldCount)
	for f := range vocabulary.FieldCount {
		names[f.String()] = f
	}
	return names
}()

// clientColumns are about the visitors' addresses. They are not available where those are somebody else's.
var clientColumns = map[string]bool{"clients": true, "top_countries": true, "top_networks": true}

// missing says which fields a row's logs do not carry, and whether its clients are unavailable although they are logged.
type missing struct {
	fields  vocabulary.Fields
	clients bool
}

func missingOf(r *schemas.TrafficReport) missing {
	m := missing{clients: r.ClientsUnavailable != ""}
	for _, name := range r.NotLogged {
		if f, ok := fieldByName[name]; ok {
			m.fields |= vocabulary.Of(f)
		}
	}
	return m
}

// column says why a map or list is empty although something may have happened: "not logged" or "not available". It returns "" for one
// that holds something or is empty because nothing happened.
func (m missing) column(name string, length int) string {
	switch field, ok := columnField[name]; {
	case length > 0 || !ok:
		return ""
	case m.clients && clientColumns[name]:
		return notAvailable
	case m.fields.Has(field):
		return notLogged
	}
	return ""
}

const (
	notLogged    = "not logged"
	notAvailable = "not available"
)
