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

// missing is the set of fields that a row's logs do not carry.
type missing vocabulary.Fields

func missingOf(r *schemas.TrafficReport) missing {
	var fields vocabulary.Fields
	for _, name := range r.NotLogged {
		if f, ok := fieldByName[name]; ok {
			fields |= vocabulary.Of(f)
		}
	}
	return missing(fields)
}

// column tells whether a map or list is empty because its field is not logged, and not because nothing happened.
func (m missing) column(name string, length int) bool {
	field, ok := columnField[name]
	return ok && length == 0 && vocabulary.Fields(m).Has(field)
}
