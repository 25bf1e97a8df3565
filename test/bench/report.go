package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"guanxi/test/testdata"
)

const preface = `# Speed

What the product needs beside what the engines alone need for the same, on the same machine in the same run. Absolute figures move from machine to machine and from hour to hour; the **ratio** is what
counts. The last but two column is the exponent with which cost grows with customers: 0 stays the same, 1 grows as the data does.

The company is the demo company: for every customer about ten orders, two contact points, two consents, a hundred events in a year. Everything but the model fit goes through the real binary over HTTP, with rights, masks, audit and JSON.

`

// writeReport puts the table into docs/speed.md with what is needed to read it.
func writeReport(ctx context.Context, o options, text string) error {
	var s strings.Builder
	s.WriteString(preface)
	s.WriteString(text)
	fmt.Fprintf(&s, "\nMeasured on %s with `make bench ARGS=\"--scale %s --write\"` at %s: %d processors (%s), %s of memory, %s %s.\n",
		time.Now().Format(time.DateOnly), strings.Join(o.scales, ","), revision(ctx), runtime.NumCPU(), processor(), memoryOf(), runtime.GOOS, runtime.Version())
	return os.WriteFile(filepath.Join(testdata.Root(), "docs", "speed.md"), []byte(s.String()), 0o644) //nolint:gosec // a document
}

func revision(ctx context.Context) string {
	command := exec.CommandContext(ctx, "git", "describe", "--always", "--dirty")
	command.Dir = testdata.Root()
	out, err := command.Output()
	if err != nil {
		return "an unknown revision"
	}
	return strings.TrimSpace(string(out))
}

// processor is the name the machine gives its processor.
func processor() string { return fieldOf("/proc/cpuinfo", "model name") }

func memoryOf() string {
	var kib float64
	if _, err := fmt.Sscanf(fieldOf("/proc/meminfo", "MemTotal"), "%f", &kib); err != nil {
		return "an unknown amount"
	}
	return fmt.Sprintf("%.0f GiB", kib/(1<<20))
}

func fieldOf(path, name string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return "unknown"
	}
	for line := range strings.Lines(string(text)) {
		if key, value, found := strings.Cut(line, ":"); found && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return "unknown"
}
