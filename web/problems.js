/** From one leaf with a finding to the next: by n and p, or by buttons. The row that gets the focus says what it is. */

import { byId, show } from './dom.js'
import { treeTexts } from './texts.js'

/** @param {import('./tree.js').Tree} tree */
export function listenForProblems(tree) {
  let at = -1
  /** @param {number} step */
  const go = step => {
    const problems = tree.problems()
    if (problems.length === 0) return
    at = at < 0 && step < 0 ? problems.length - 1 : (at + step + problems.length) % problems.length
    byId('problem-at').textContent = treeTexts.problemAt(at + 1, problems.length)
    tree.reveal(problems[at])
  }
  tree.watch(() => {
    at = -1
    const { length } = tree.problems()
    byId('problem-at').textContent = treeTexts.problems(length)
    show(byId('problems'), length > 0)
  })
  byId('problem-next').addEventListener('click', () => go(1))
  byId('problem-previous').addEventListener('click', () => go(-1))
  addEventListener('keydown', ({ key, target, ctrlKey, altKey, metaKey, isComposing }) => {
    const types = target instanceof Element && target.matches('input, select, textarea, [contenteditable]')
    if (types || ctrlKey || altKey || metaKey || isComposing || (key !== 'n' && key !== 'p')) return
    go(key === 'n' ? 1 : -1)
  })
}
