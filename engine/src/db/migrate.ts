import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Kysely, sql } from 'kysely';
import { type MigrationProvider, Migrator } from 'kysely/migration';

// Not import.meta.dirname: Next's bundler leaves that undefined.
export const engineMigrations = {
  folder: join(dirname(fileURLToPath(import.meta.url)), 'migrations'),
  schema: 'onpaid',
};

/**
 * Applies the numbered, forward-only `.sql` files of a folder, in order, under a lock, each set in its own schema.
 * Returns the names it applied; throws the first failure with the file's name.
 */
export async function migrateToLatest<T>(db: Kysely<T>, set: { folder: string; schema: string }): Promise<string[]> {
  await sql`create schema if not exists ${sql.id(set.schema)}`.execute(db);
  const migrator = new Migrator({
    // Without the plugin that puts every name into the schema of the line.
    db: db.withoutPlugins(),
    provider: sqlFiles(set.folder),
    migrationTableSchema: set.schema,
    migrationTableName: 'migration',
    migrationLockTableName: 'migration_lock',
  });
  const { error, results = [] } = await migrator.migrateToLatest();
  const failed = results.find((result) => result.status === 'Error');
  if (error) {
    throw new Error(`Migrating schema ${set.schema} failed${failed ? ` in ${failed.migrationName}.sql` : ''}.`, {
      cause: error,
    });
  }
  return results.map((result) => result.migrationName);
}

function sqlFiles(folder: string): MigrationProvider {
  return {
    async getMigrations() {
      const files = (await readdir(folder)).filter((file) => file.endsWith('.sql')).sort();
      return Object.fromEntries(
        files.map((file) => [
          file.slice(0, -'.sql'.length),
          {
            async up(db) {
              const text = await readFile(join(folder, file), 'utf8');
              await sql.raw(text).execute(db);
            },
          },
        ]),
      );
    },
  };
}
