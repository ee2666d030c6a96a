package vault

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"sync"

	"github.com/emmansun/gmsm/sm3"
	"github.com/emmansun/gmsm/sm4"
)

// Suite is a set of algorithms. The software suites keep keys in memory; a
// hardware module (密码机) becomes another Suite.
type Suite interface {
	// Name is stored beside whatever the suite made.
	Name() string
	// AEAD gives the cipher for a key of keySize bytes.
	AEAD(key []byte) (cipher.AEAD, error)
	// Block gives the block cipher beneath it.
	Block(key []byte) (cipher.Block, error)
	// Hash is the digest behind keyed digests and derived keys; 32 bytes.
	Hash() hash.Hash
}

// keySize is that of every master and data key; SM4 uses what is derived from it.
const keySize = 32

// SM is the national suite: SM4-GCM, HMAC-SM3, key derivation over SM3 (GB/T 32905, 32907).
var SM Suite = smSuite{}

// AES is the international suite: AES-256-GCM, HMAC-SHA-256.
var AES Suite = aesSuite{}

// SuiteOf finds a suite by name.
func SuiteOf(name string) (Suite, bool) {
	for _, s := range []Suite{SM, AES} {
		if s.Name() == name {
			return s, true
		}
	}
	return nil, false
}

type smSuite struct{}

func (smSuite) Name() string    { return "sm" }
func (smSuite) Hash() hash.Hash { return sm3.New() }

func (s smSuite) Block(key []byte) (cipher.Block, error) {
	return sm4.NewCipher(derive(s, key, "sm4")[:16])
}

func (s smSuite) AEAD(key []byte) (cipher.AEAD, error) {
	block, err := s.Block(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

type aesSuite struct{}

func (aesSuite) Name() string    { return "aes" }
func (aesSuite) Hash() hash.Hash { return sha256.New() }

func (aesSuite) Block(key []byte) (cipher.Block, error) { return aes.NewCipher(key) }

func (s aesSuite) AEAD(key []byte) (cipher.AEAD, error) {
	block, err := s.Block(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// derive makes the key for one purpose out of a master key: HMAC in counter
// mode (SP 800-108), of which one round gives keySize bytes.
func derive(s Suite, master []byte, purpose string) []byte {
	return mac(s, master, []byte{1}, []byte("weibao"), []byte(purpose))
}

// mac is the keyed digest of parts, each with its length before it so that
// they cannot run into each other.
func mac(s Suite, key []byte, parts ...[]byte) []byte {
	h := hmac.New(s.Hash, key)
	feed(h, parts...)
	return h.Sum(nil)
}

func feed(h hash.Hash, parts ...[]byte) {
	var length [4]byte
	for _, p := range parts {
		binary.BigEndian.PutUint32(length[:], uint32(len(p)))
		h.Write(length[:])
		h.Write(p)
	}
}

// madeKey names what was derived from a master key for a purpose.
type madeKey struct{ id, purpose string }

// wrapping gives the cipher that wraps data keys under a master key.
func (v *Vault) wrapping(m Key) (cipher.AEAD, error) {
	if known, ok := v.made.Load(madeKey{m.ID, purposeWrap}); ok {
		return known.(cipher.AEAD), nil
	}
	a, err := m.suite().AEAD(derive(m.suite(), m.Secret, "wrap"))
	if err == nil {
		v.made.Store(madeKey{m.ID, purposeWrap}, a)
	}
	return a, err
}

// blinding gives the digests of blind indexes, ready to be fed.
func (v *Vault) blinding(k Key) *sync.Pool {
	if known, ok := v.made.Load(madeKey{k.ID, purposeBlind}); ok {
		return known.(*sync.Pool)
	}
	key := derive(k.suite(), k.Secret, "blind")
	known, _ := v.made.LoadOrStore(madeKey{k.ID, purposeBlind}, &sync.Pool{New: func() any { return hmac.New(k.suite().Hash, key) }})
	return known.(*sync.Pool)
}

// seal puts a random nonce before the ciphertext.
func seal(a cipher.AEAD, plain, bound []byte) []byte {
	out := make([]byte, a.NonceSize(), a.NonceSize()+len(plain)+a.Overhead())
	rand.Read(out)
	return a.Seal(out, out, plain, bound)
}

func open(a cipher.AEAD, sealed, bound []byte) ([]byte, error) {
	if len(sealed) < a.NonceSize()+a.Overhead() {
		return nil, errBroken
	}
	plain, err := a.Open(nil, sealed[:a.NonceSize()], sealed[a.NonceSize():], bound)
	if err != nil {
		return nil, errBroken
	}
	return plain, nil
}

func newKey() []byte {
	key := make([]byte, keySize)
	rand.Read(key)
	return key
}

// Suite is the one under which new keys are made.
func (v *Vault) Suite() Suite { return last(v.keys.Load().Wrap).suite() }

// NewSecret makes a key for content outside the database; the caller keeps it sealed.
func NewSecret() []byte { return newKey() }

// Digest gives a keyed digest to be fed piece by piece: equal content has
// equal digests within one purpose, and nobody without the key can tell what
// content it was.
func (v *Vault) Digest(purpose string) hash.Hash {
	k := last(v.keys.Load().Blind)
	return hmac.New(k.suite().Hash, derive(k.suite(), k.Secret, "digest/"+purpose))
}
