package script

// Turns tells whether a sign is a mark of direction (U+202A to U+202E, U+2066
// to U+2069). By them a text could make others read it, or what follows it,
// the wrong way round; Chinese needs none.
func Turns(r rune) bool { return 0x202A <= r && r <= 0x202E || 0x2066 <= r && r <= 0x2069 }
