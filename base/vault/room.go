package vault

import (
	"syscall"

	"guanxi/base/fault"
)

// Room refuses when writing size more bytes would fill the disk of dir to the last: a twentieth of it, at most 256 MiB, stays
// free, because the running instance may live on it too. Fault: unavailable with key backup_disk_full.
func Room(dir string, size int64) error {
	var disk syscall.Statfs_t
	if err := syscall.Statfs(dir, &disk); err != nil {
		return err
	}
	reserve := min(int64(disk.Blocks)*disk.Bsize/20, 256<<20)
	if int64(disk.Bavail)*disk.Bsize < size+reserve {
		return fault.Unavailable("backup_disk_full", syscall.ENOSPC)
	}
	return nil
}
