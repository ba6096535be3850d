// The script of a page: drop a checkpoint's folder on it, and it says whether its structure is sound.
import { check, fromDataTransfer } from '../node/lib/index.js'

document.addEventListener('dragover', event => event.preventDefault())
document.addEventListener('drop', async event => {
  event.preventDefault()
  document.body.textContent = (await check(fromDataTransfer(event.dataTransfer))).headline
})
