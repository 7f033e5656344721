/**
 * Writes engine/src/db/schema.sql and engine/src/db/types.ts from a freshly migrated database, so that a review sees what a
 * migration really does. `--check` changes nothing and fails when either file is stale.
 */
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { engineMigrations, migrateToLatest, openDatabase, startEmbeddedPostgres } from '@onpaid/engine';
import pg from 'pg';

const root = join(import.meta.dirname, '..');
const files = { schema: join(root, 'engine/src/db/schema.sql'), types: join(root, 'engine/src/db/types.ts') };

const folder = await mkdtemp(join(tmpdir(), 'onpaid-schema-'));
const postgres = await startEmbeddedPostgres(folder, { durable: false });
try {
  const { db, close } = openDatabase(postgres.url);
  await migrateToLatest(db, engineMigrations);
  await close();
  const fresh = { schema: await describeSchema(postgres.url), types: await generateTypes(postgres.url, folder) };
  if (process.argv.includes('--check')) await compare(fresh);
  else {
    await writeFile(files.schema, fresh.schema);
    await writeFile(files.types, fresh.types);
    console.log('Wrote engine/src/db/schema.sql and engine/src/db/types.ts');
  }
} finally {
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
}

async function compare(fresh: Record<keyof typeof files, string>): Promise<void> {
  for (const [name, file] of Object.entries(files)) {
    const committed = await readFile(file, 'utf8').catch(() => '');
    if (committed === fresh[name as keyof typeof files]) continue;
    console.error(`${file.slice(root.length + 1)} is stale: run "npm run schema" and commit what it writes.`);
    process.exitCode = 1;
  }
}

async function generateTypes(url: string, temporary: string): Promise<string> {
  const out = join(temporary, 'types.ts');
  const args = [
    '--url',
    url,
    '--dialect',
    'postgres',
    '--default-schema',
    'onpaid',
    '--include-pattern',
    'onpaid.*',
    '--exclude-pattern',
    'onpaid.migration*',
  ];
  execFileSync('kysely-codegen', [...args, '--camel-case=false', '--numeric-parser', 'number', '--out-file', out], {
    stdio: 'pipe',
  });
  const text = await readFile(out, 'utf8');
  // Bigints are read as numbers (see database.ts).
  return text.replace(
    /export type Int8 = .*;/,
    'export type Int8 = ColumnType<number, number | string, number | string>;',
  );
}

/** Tables, columns, constraints, indexes and functions of the schema, in a stable order. */
async function describeSchema(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ line: string }>(`
      select line from (
        select c.relname as table_name, 1 as part, a.attnum as position,
               '  ' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
                 || case when a.attidentity <> '' then ' generated always as identity' else '' end
                 || case when a.attnotnull then ' not null' else '' end
                 || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '') as line
        from pg_class c
        join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'onpaid'
        join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
        where c.relkind in ('r', 'p') and not c.relispartition and c.relname not like 'migration%'
        union all
        select c.relname, 0, 0, 'table ' || c.relname || case when c.relkind = 'p' then ' ' || 'partition by ' || pg_get_partkeydef(c.oid) else '' end
        from pg_class c join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'onpaid'
        where c.relkind in ('r', 'p') and not c.relispartition and c.relname not like 'migration%'
        union all
        select c.relname, 2, row_number() over (partition by c.relname order by k.conname), '  constraint ' || k.conname || ' ' || pg_get_constraintdef(k.oid)
        from pg_constraint k
        join pg_class c on c.oid = k.conrelid and not c.relispartition
        join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'onpaid'
        where k.contype <> 'n' and c.relname not like 'migration%'
        union all
        select i.tablename, 3, row_number() over (partition by i.tablename order by i.indexname), '  ' || i.indexdef
        from pg_indexes i
        join pg_class c on c.relname = i.tablename and c.relnamespace = 'onpaid'::regnamespace and not c.relispartition
        where i.schemaname = 'onpaid' and i.tablename not like 'migration%'
      ) described
      order by table_name, part, position`);
    const { rows: views } = await client.query<{ line: string }>(
      `select 'view ' || viewname || ' as' || E'\\n' || definition as line from pg_views where schemaname = 'onpaid' order by viewname`,
    );
    return `-- Made by "npm run schema" from the migrations. Do not edit.\n\n${[...rows, ...views]
      .map((row) => row.line)
      .join('\n')
      .replace(/\n(table|view) /g, '\n\n$1 ')}\n`;
  } finally {
    await client.end();
  }
}
