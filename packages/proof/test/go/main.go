// Reads a log with Go's own libraries, which know nothing of EPR: the checkpoint (sumdb/note), the tiles and a record's
// proof (sumdb/tlog). The folder has a file for each path of the log.
package main

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const tileHeight = 8

// tiles reads those of C2SP tlog-tiles: tile/<level>/<index>, without the height that Go's paths have.
type tiles struct{ folder string }

func (t tiles) Height() int                         { return tileHeight }
func (t tiles) SaveTiles(_ []tlog.Tile, _ [][]byte) {}
func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	read := make([][]byte, len(wanted))
	for i, tile := range wanted {
		path := strings.Replace(tile.Path(), fmt.Sprintf("tile/%d/", tileHeight), "tile/", 1)
		bytes, err := os.ReadFile(filepath.Join(t.folder, path))
		if err != nil {
			return nil, err
		}
		read[i] = bytes
	}
	return read, nil
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func readText(parts ...string) string {
	bytes, err := os.ReadFile(filepath.Join(parts...))
	check(err)
	return string(bytes)
}

// checkProof reads a tlog-proof by hand: Go has no library for it.
func checkProof(text string, entry []byte, verifiers note.Verifiers) {
	head, checkpoint, found := strings.Cut(text, "\n\n")
	lines := strings.Split(head, "\n")
	if !found || lines[0] != "c2sp.org/tlog-proof@v1" {
		check(fmt.Errorf("that is no proof"))
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
	check(err)
	var proof tlog.RecordProof
	for _, line := range lines[2:] {
		hash, err := tlog.ParseHash(line)
		check(err)
		proof = append(proof, hash)
	}
	opened, err := note.Open([]byte(checkpoint), verifiers)
	check(err)
	tree := readTree(opened.Text)
	check(tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(entry)))
	fmt.Printf("entry %d of %d is proven\n", index, tree.N)
}

func readTree(text string) tlog.Tree {
	lines := strings.Split(text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(err)
	root, err := base64.StdEncoding.DecodeString(lines[2])
	check(err)
	return tlog.Tree{N: size, Hash: tlog.Hash(root)}
}

func main() {
	folder, key, index := os.Args[1], os.Args[2], os.Args[3]
	verifier, err := note.NewVerifier(key)
	check(err)
	verifiers := note.VerifierList(verifier)
	opened, err := note.Open([]byte(readText(folder, "checkpoint")), verifiers)
	check(err)
	tree := readTree(opened.Text)
	fmt.Printf("the checkpoint of %d entries is signed by %s\n", tree.N, opened.Sigs[0].Name)

	wanted, err := strconv.ParseInt(index, 10, 64)
	check(err)
	entry := []byte(readText(folder, "entry"))
	reader := tlog.TileHashReader(tree, tiles{folder})
	hashes, err := reader.ReadHashes([]int64{tlog.StoredHashIndex(0, wanted)})
	check(err)
	if hashes[0] != tlog.RecordHash(entry) {
		check(fmt.Errorf("leaf %d is of another entry", wanted))
	}
	fmt.Printf("leaf %d is found in the tiles\n", wanted)
	checkProof(readText(folder, "proof.tlog-proof"), entry, verifiers)
}
