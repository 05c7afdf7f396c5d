package engine

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/runners/dataflow"
)

// Dataflow says where and as what a job is launched on Google Cloud.
type Dataflow struct {
	Project string // Required.
	Region  string // Required.
	JobName string // Required.
	// StagingLocation is a gs:// folder for the worker binary and the graph. Required.
	StagingLocation string
	// WorkerBinary is a static Linux binary of this program. Required.
	WorkerBinary string
	// ServiceAccount the workers run as. Default: the project's.
	ServiceAccount string
	// MaxWorkers bounds the number of workers. Default: Dataflow's.
	MaxWorkers int
	// Endpoint of the Dataflow API, with a slash at its end. Default: Google's.
	Endpoint string
}

// Validate tells everything that is missing.
func (d *Dataflow) Validate() error {
	var errs []error
	for _, f := range []struct{ name, value string }{{"project", d.Project}, {"region", d.Region}, {"job name", d.JobName},
		{"staging location", d.StagingLocation}, {"worker binary", d.WorkerBinary}} {
		if f.value == "" {
			errs = append(errs, fmt.Errorf("a Dataflow job needs a %s", f.name))
		}
	}
	if d.StagingLocation != "" && !strings.HasPrefix(d.StagingLocation, "gs://") {
		errs = append(errs, errors.New("the staging location must be a gs:// folder"))
	}
	return errors.Join(errs...)
}

// options are the job's options under the names of Beam's flags.
func (d *Dataflow) options() map[string]string {
	o := map[string]string{"async": "true", "project": d.Project, "region": d.Region, "job_name": d.JobName, "staging_location": d.StagingLocation,
		"worker_binary": d.WorkerBinary}
	if d.ServiceAccount != "" {
		o["service_account_email"] = d.ServiceAccount
	}
	if d.MaxWorkers > 0 {
		o["max_num_workers"] = strconv.Itoa(d.MaxWorkers)
	}
	if d.Endpoint != "" {
		o["dataflow_endpoint"] = d.Endpoint
	}
	return o
}

// Launch stages the graph that build makes as a Dataflow job and returns when the job was accepted. It may be called once in a process, as Beam
// keeps its options in the program's flags.
func Launch(ctx context.Context, d Dataflow, build func(s beam.Scope) error) error {
	if err := d.Validate(); err != nil {
		return err
	}
	if err := initBeam(d.options()); err != nil {
		return err
	}
	p, s := beam.NewPipelineWithRoot()
	if err := build(s); err != nil {
		return err
	}
	if _, err := dataflow.Execute(ctx, p); err != nil {
		return fmt.Errorf("launching the Dataflow job: %w", err)
	}
	return nil
}

// IsWorker tells whether Dataflow started this process as a worker.
func IsWorker(args []string) bool {
	return slices.ContainsFunc(args, func(a string) bool {
		a = strings.TrimLeft(a, "-")
		return a == "worker" || strings.HasPrefix(a, "worker=")
	})
}

// Worker is the main function of a Dataflow worker. It does not return.
func Worker() {
	flag.Parse()
	beam.Init()
}
