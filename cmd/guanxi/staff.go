package main

import (
	"context"
	"errors"
	"fmt"

	"guanxi/guard"
)

type tokenCommand struct {
	Create tokenCreate `cmd:"" help:"Make an API token and print it."`
}

type tokenCreate struct {
	dataFlags
	Role string `help:"Role the token acts in." required:""`
	Name string `help:"What the token is for." required:""`
}

func (c *tokenCreate) Run(ctx context.Context) (err error) {
	records, err := c.records(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, records.Close()) }()
	_, token, err := guard.New(records, "").CreateToken(guard.System(ctx), guard.NewToken{Name: c.Name, Role: c.Role})
	if err == nil {
		fmt.Println(token)
	}
	return err
}

type userCommand struct {
	Create userCreate `cmd:"" help:"Add somebody, or find them by address, and print a one-time sign-in link."`
}

type userCreate struct {
	dataFlags
	Email     string `help:"E-mail address." required:""`
	Name      string `help:"Name." required:""`
	Role      string `help:"admin, manager, operator, sales, service, analyst or auditor." required:""`
	PublicURL string `name:"public-url" help:"Where staff reach the program." default:"http://127.0.0.1:8080" env:"GUANXI_PUBLIC_URL"`
}

func (c *userCreate) Run(ctx context.Context) (err error) {
	records, err := c.records(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, records.Close()) }()
	ctx = guard.System(ctx)
	g := guard.New(records, c.PublicURL)
	id, err := g.AddStaff(ctx, guard.NewStaff{Email: c.Email, Name: c.Name, Role: c.Role})
	if err != nil {
		return err
	}
	link, err := g.CreateLink(ctx, guard.PurposeSignIn, &id)
	if err == nil {
		fmt.Println(link)
	}
	return err
}
