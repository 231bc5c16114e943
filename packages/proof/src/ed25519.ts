import { hashes } from '@noble/ed25519'
import { sha512 } from '@noble/hashes/sha2.js'

// Else it would want WebCrypto, which pages over plain http do not have.
hashes.sha512 = sha512
