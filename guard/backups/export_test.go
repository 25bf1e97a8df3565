package backups

import "context"

// DoDue is the job of each minute.
func (b *Backups) DoDue(ctx context.Context) error { return b.doDue(ctx) }

// Overview is what the page shows.
func (b *Backups) Overview(ctx context.Context) (*Overview, error) {
	out, err := b.overview(ctx)
	if err != nil {
		return nil, err
	}
	return &out.Body, nil
}
