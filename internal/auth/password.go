package auth

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
	"strings"

	"golang.org/x/crypto/argon2"
)

const argonKey = 32

// Work is how much a password check costs (argon2id, RFC 9106).
type Work struct {
	MemoryKiB uint32 `yaml:"memory_kib"`
	Passes    uint32
	Lanes     uint8
}

// hashing bounds the memory of password checks: at most two at once, 128 MiB.
var hashing = make(chan struct{}, 2)

func argon(ctx context.Context, password string, salt []byte, w Work, n int) ([]byte, error) {
	select {
	case hashing <- struct{}{}:
		defer func() { <-hashing }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return argon2.IDKey([]byte(password), salt, w.Passes, w.MemoryKiB, w.Lanes, uint32(n)), nil
}

// hash takes time and memory: never call it within a write transaction.
func (w Work) hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, 16)
	rand.Read(salt)
	sum, err := argon(ctx, password, salt, w, argonKey)
	if err != nil {
		return "", err
	}
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, w.MemoryKiB, w.Passes, w.Lanes,
		b64.EncodeToString(salt), b64.EncodeToString(sum)), nil
}

var errHash = errors.New("auth: unreadable password hash")

// matches tells whether password has the hash; it takes as long as making it.
func matches(ctx context.Context, hash, password string) (bool, error) {
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false, errHash
	}
	var w Work
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &w.MemoryKiB, &w.Passes, &w.Lanes); err != nil || w.MemoryKiB > 1<<20 || w.Passes < 1 || w.Passes > 10 || w.Lanes < 1 {
		return false, errHash
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(parts[4])
	want, err2 := base64.RawStdEncoding.DecodeString(parts[5])
	if err1 != nil || err2 != nil || len(want) < 16 {
		return false, errHash
	}
	got, err := argon(ctx, password, salt, w, len(want))
	return err == nil && subtle.ConstantTimeCompare(got, want) == 1, err
}

// nobodysHash is checked where there is no account, so that the answer takes as long.
func (g *Guard) nobodysHash(ctx context.Context) (string, error) {
	if known, ok := g.nobody.Load().(string); ok {
		return known, nil
	}
	hash, err := g.Profile.Work.hash(ctx, rand.Text())
	if err == nil {
		g.nobody.Store(hash)
	}
	return hash, err
}

// Credential is a password, hashed outside of transactions.
type Credential struct {
	text, hash string
	temporary  bool
}

// OneTime makes a password to be handed over once; it must be changed at the first login.
func (g *Guard) OneTime(ctx context.Context) (Credential, error) {
	text := readable(12)
	hash, err := g.Profile.Work.hash(ctx, text)
	return Credential{text, hash, true}, err
}

// Fixed makes a credential that needs no change: for the accounts of the
// demo, which share one, and for tests.
func (g *Guard) Fixed(ctx context.Context, password string) (Credential, error) {
	hash, err := g.Profile.Work.hash(ctx, password)
	return Credential{password, hash, false}, err
}

// Text is what the holder is told, once.
func (c Credential) Text() string { return c.text }

// readable makes n random characters in groups of four which nobody mistakes
// for another: 4.95 bits each.
func readable(n int) string {
	const letters = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
	var b strings.Builder
	for i := range n {
		if i > 0 && i%4 == 0 {
			b.WriteByte('-')
		}
		at, _ := rand.Int(rand.Reader, big.NewInt(int64(len(letters)))) // rand.Reader never fails
		b.WriteByte(letters[at.Int64()])
	}
	return b.String()
}

// plainCode reads a code as people type it back.
func plainCode(s string) string {
	return strings.ToUpper(strings.NewReplacer("-", "", " ", "", "\u3000", "").Replace(s))
}
