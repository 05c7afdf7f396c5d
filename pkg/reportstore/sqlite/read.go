package sqlite

import (
	"context"
	"database/sql"
	"time"

	"github.com/floodgauge/floodgauge/pkg/access"
	"github.com/floodgauge/floodgauge/pkg/reportstore"
)

// Rows implements reportstore.Reader. The state that it reads stays on the disk until each has seen it all.
func (r *Reader) Rows(ctx context.Context, who access.SiteSet, host, levelName string, from, to time.Time, each func(reportstore.Row) error) error {
	l, err := levelOf(levelName)
	if err != nil {
		return err
	}
	if host != "" && !visible(who, host) {
		return nil
	}
	var stopped error // what each said is not the store's failure
	err = r.read(ctx, func(t *tx) error {
		among, err := t.among(who)
		if err != nil {
			return err
		}
		if host != "" {
			id, _, err := t.findHost(host)
			if err != nil {
				return err
			}
			return t.rows(&stopped, each, ofHost, l, id, periodOf(from, to))
		}
		return t.rows(&stopped, each, ofAll, append([]any{l, periodOf(from, to)}, among...)...)
	})
	if stopped != nil {
		return stopped
	}
	return err
}

const (
	rowColumns = "SELECT r.kind, d.data FROM rows r JOIN hosts h ON h.id = r.host JOIN reports d ON d.id = r.report "
	ofHost     = rowColumns + "WHERE r.level = ?1 AND r.host = ?2 AND r.start >= ?3 AND r.start < ?4 ORDER BY r.start, r.kind, r.seq"
	ofAll      = rowColumns + `WHERE r.level = ?1 AND r.start >= ?2 AND r.start < ?3 AND (?4 OR r.host IN (SELECT value FROM json_each(?5)))
		ORDER BY r.start, h.name, r.kind, r.seq`
)

func (t *tx) rows(stopped *error, each func(reportstore.Row) error, query string, args ...any) error {
	return t.each(query, flat(args), func(rows *sql.Rows) error {
		var row reportstore.Row
		var data sql.RawBytes
		if err := rows.Scan(&row.Kind, &data); err != nil {
			return err
		}
		var err error
		if row.Report, err = decodeReport(data); err != nil {
			return err
		}
		*stopped = each(row)
		return *stopped
	})
}

// flat replaces periods by their two ends.
func flat(args []any) (all []any) {
	for _, a := range args {
		if p, ok := a.(period); ok {
			all = append(all, p.from, p.to)
		} else {
			all = append(all, a)
		}
	}
	return all
}

// Check implements reportstore.Reader.
func (r *Reader) Check(ctx context.Context, from, to time.Time) (map[time.Time]reportstore.Checksum, error) {
	sums := map[time.Time]reportstore.Checksum{}
	in := periodOf(from, to)
	err := r.read(ctx, func(t *tx) error {
		// Host by host, as their rows lie side by side.
		const query = "SELECT start, lines, line_xor FROM hosts h CROSS JOIN rows r ON r.level = 0 AND r.host = h.id AND r.start >= ? AND r.start < ?"
		return t.each(query, []any{in.from, in.to}, func(rows *sql.Rows) error {
			var start, lines, xor int64
			err := rows.Scan(&start, &lines, &xor)
			sum := sums[startOf(start)]
			sums[startOf(start)] = reportstore.Checksum{Lines: sum.Lines + lines, XOR: sum.XOR ^ uint64(xor)}
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	return sums, nil
}
