"use strict";
// Two texts compared word by word. Spaces are no words: they go with the word behind them and are never a difference.
const wordDiff = (() => {
  // Chinese and Japanese are written without spaces: each of their characters is a word of its own.
  const WORD = /\s*(?:[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|[\p{L}\p{N}_]+|[^\s])|\s+$/gu;
  const MOST_CELLS = 4_000_000; // of the table below: texts of some 2,000 words that differ from end to end
  const ALIKE = 0.5; // of the longer text's words, signs aside; with fewer in common nearly all would be marked

  const words = (text) => text.match(WORD) ?? [];

  // For each word of both: is it one that both have, in this order? Longest common subsequence.
  const common = (one, other) => {
    const keptOne = new Uint8Array(one.length), keptOther = new Uint8Array(other.length);
    const [left, right] = [one, other].map((list) => list.map((word) => word.trim()));
    let start = 0, endOne = left.length, endOther = right.length;
    while (start < endOne && start < endOther && left[start] === right[start]) {
      keptOne[start] = keptOther[start] = 1;
      start += 1;
    }
    while (endOne > start && endOther > start && left[endOne - 1] === right[endOther - 1]) {
      keptOne[--endOne] = keptOther[--endOther] = 1;
    }
    const rows = endOne - start, columns = endOther - start;
    if (rows * columns > MOST_CELLS) return [keptOne, keptOther];
    const width = columns + 1, longest = new Uint16Array((rows + 1) * width);
    for (let row = rows - 1; row >= 0; row -= 1) {
      for (let column = columns - 1; column >= 0; column -= 1) {
        const at = row * width + column;
        longest[at] = left[start + row] === right[start + column]
          ? longest[at + width + 1] + 1
          : Math.max(longest[at + width], longest[at + 1]);
      }
    }
    for (let row = 0, column = 0; row < rows && column < columns;) {
      if (left[start + row] === right[start + column]) {
        keptOne[start + row++] = keptOther[start + column++] = 1;
      } else if (longest[(row + 1) * width + column] >= longest[row * width + column + 1]) {
        row += 1;
      } else {
        column += 1;
      }
    }
    return [keptOne, keptOther];
  };

  // Runs of [text, is it in both]; the space before a run's first word belongs to the run before it.
  const runs = (list, kept) => {
    const found = [];
    list.forEach((word, index) => {
      const both = kept[index] === 1;
      const bare = word.trimStart(), space = word.slice(0, word.length - bare.length);
      if (found.length && found.at(-1)[1] === both) found.at(-1)[0] += word;
      else {
        if (space) found.push([space, true]);
        if (bare) found.push([bare, both]);
      }
    });
    return found;
  };

  // The runs of both texts, or null where they are equal or have too little in common to mark.
  return (one, other) => {
    if (one === other) return null;
    const [left, right] = [words(one), words(other)];
    const [keptLeft, keptRight] = common(left, right);
    const spoken = (list) => list.filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
    const shared = spoken(left.filter((_, index) => keptLeft[index] === 1));
    if (shared < ALIKE * Math.max(spoken(left), spoken(right))) return null;
    return [runs(left, keptLeft), runs(right, keptRight)];
  };
})();
