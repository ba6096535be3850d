// moto as S3: every fixture in one bucket, whose list has several pages. The first argument is its folder of programs.
import { spawn, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { freePort } from '../../node/support/programs.js'
import { compare, fixtures } from './common.mjs'

const kUpload = `
import os, sys, boto3
endpoint, root = sys.argv[1:]
s3 = boto3.client('s3', endpoint_url=endpoint, aws_access_key_id='x', aws_secret_access_key='x', region_name='us-east-1')
s3.create_bucket(Bucket='bucket', ACL='public-read')
for place, _, names in os.walk(root):
    for name in names:
        file = os.path.join(place, name)
        with open(file, 'rb') as bytes:
            s3.put_object(Bucket='bucket', Key=os.path.relpath(file, root), Body=bytes.read(), ACL='public-read')
`
const programs = process.argv[2]
const port = await freePort()
const endpoint = `http://127.0.0.1:${port}`
const moto = spawn(join(programs, 'moto_server'), ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' })
try {
  for (let tries = 0; tries < 100 && !(await fetch(endpoint).catch(() => undefined)); tries++) await wait(200)
  const { status } = spawnSync(join(programs, 'python'), ['-c', kUpload, endpoint, fixtures], { stdio: 'inherit' })
  if (status !== 0) throw new Error('the upload failed')
  process.env.AWS_ENDPOINT_URL = endpoint
  await compare('moto', name => `s3://bucket/${name}`)
} finally {
  moto.kill()
}
