package main

import (
	"context"
	"encoding/json"
	"os"

	"github.com/go-chi/chi/v5"
)

type openapiCommand struct{}

// Run prints the document that docs/openapi.json holds and the web application's types are made from.
func (openapiCommand) Run(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "guanxi-openapi-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	p, err := open(ctx, dataFlags{Data: dir}, serveFlags{Node: "main"}, nil)
	if err != nil {
		return err
	}
	defer func() { _ = p.close() }()
	document, err := json.MarshalIndent(p.register(chi.NewRouter()).OpenAPI(), "", "  ")
	if err != nil {
		return err
	}
	_, err = os.Stdout.Write(append(document, '\n'))
	return err
}
