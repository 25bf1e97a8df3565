package schedule

import (
	"context"

	"github.com/uptrace/bun"

	"guanxi/flow/collect"
)

// reasons of failed runs in words, for mail and Today; the web application has its own catalogue.
var reasons = collect.Words{
	"address_private":         {"地址在内部网络，服务器没有允许访问", "the address lies in a private network that the server may not reach"},
	"disk_full":               {"磁盘已满", "the disk is full"},
	"export":                  {"没有导出的权限", "no right to export"},
	"file_gone":               {"文件读到一半不见了", "the file vanished while it was read"},
	"file_too_large":          {"文件太大", "the file is too large"},
	"folder_missing":          {"没有这个文件夹", "there is no such folder"},
	"folder_not_allowed":      {"服务器启动时没有指定可用的文件夹", "the server was started without a folder for it"},
	"host_key_changed":        {"服务器的密钥变了，可能是换了服务器，也可能有人冒充", "the server shows another key: it was replaced, or somebody poses as it"},
	"host_key_needed":         {"服务器的密钥还没有确认", "the server's key is not confirmed"},
	"import_failed":           {"文件拿到了，但导入失败", "a file was fetched, but its import failed"},
	"internal_error":          {"程序内部错误", "an error inside the program"},
	"not_permitted":           {"设置人已没有这个权限", "who set it up may not do this any more"},
	"not_permitted_there":     {"对方不允许读或写", "reading or writing is not permitted there"},
	"path_outside":            {"路径指向了允许的文件夹之外", "the path leads out of the folder that is allowed"},
	"place_kept_part":         {"对方只收下了一部分", "only a part arrived there"},
	"place_refused":           {"对方服务器拒绝了", "the server refused"},
	"place_silent":            {"对方服务器没有回应", "the server does not answer"},
	"place_unreachable":       {"连不上对方服务器", "the server cannot be reached"},
	"redirect_unsafe":         {"网址跳转到了不安全的地方", "the address leads on to somewhere unsafe"},
	"redirected_too_often":    {"网址跳转次数太多", "the address leads on too often"},
	"sending_held":            {"外发已暂停", "sending is held"},
	"sign_in_refused":         {"用户名、密码或密钥被拒绝", "the login, password or key was refused"},
	"staff_gone":              {"设置人已离开", "who set it up has left"},
	"url_status":              {"网址返回了错误", "the address answers with an error"},
	"sealed_with_another_key": {"保存的密码用另一个密钥文件加密", "the stored secret was sealed with another key file"},
}

// Why gives a code in words of a language; codes without words read as English by themselves.
func Why(code, language string) string { return reasons.In(code, language) }

// Trouble is a schedule that does not do its work.
type Trouble struct {
	ID        int64  `bun:"id"`
	Name      string `bun:"name"`
	StaffID   *int64 `bun:"staff_id"`
	Failures  int64  `bun:"failures"` // in a row; 0 when it is only late
	ErrorCode string `bun:"error_code"`
	NextAt    int64  `bun:"next_at"`
	LastGood  int64  `bun:"last_good"` // id of the last run that went well, 0 = none
}

// Troubles gives the schedules that have failed and will not try again soon, or have tried often enough, and those that
// nothing works on although they were due long ago.
func Troubles(ctx context.Context, from bun.IDB, limit int) (found []Trouble, err error) {
	late := millis(ctx) - lateAfter.Milliseconds()
	err = from.NewRaw(`
select s.id, s.name, s.staff_id, s.failures, s.error_code, s.next_at,
  coalesce((select max(r.id) from schedule_runs r where r.schedule_id = s.id and r.state = 'done'), 0) as last_good
from schedules s
where s.active
  and (s.failures >= ? or s.failures > 0 and s.retry_at is null and s.run_id is null or s.run_id is null and s.failures = 0 and s.next_at < ?)
order by s.id
limit ?`, toldAfter, late, limit).Scan(ctx, &found)
	return found, err
}
