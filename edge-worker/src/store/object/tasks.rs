//! The call object's rows: what is done after the call, and what came of it.

use call_router::after_call::{Task, TaskKind, Tasks};
use edge_core::call::state::CallState;
use edge_core::call::task_results::TaskResults;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use worker::{Error, Result, SqlStorage, SqlStorageValue};

/// The store of a call's tasks.
#[derive(Clone)]
pub struct TaskStore {
    sql: SqlStorage,
}

impl TaskStore {
    /// Opens the store and lays out its table if it is new.
    pub fn open(sql: SqlStorage) -> Result<Self> {
        sql.exec(
            "CREATE TABLE IF NOT EXISTS task (
                kind TEXT NOT NULL, subject TEXT NOT NULL, document TEXT NOT NULL, result TEXT, PRIMARY KEY (kind, subject)
            ) STRICT, WITHOUT ROWID",
            None,
        )?;
        Ok(Self { sql })
    }

    /// Reads all tasks. One of a kind that this version does not know is left alone.
    pub fn all(&self) -> Result<Tasks> {
        #[derive(Deserialize)]
        struct Row {
            document: String,
        }
        let rows: Vec<Row> = self.sql.exec("SELECT document FROM task", None)?.to_array()?;
        Ok(rows.iter().filter_map(|row| serde_json::from_str::<Task>(&row.document).ok()).collect())
    }

    /// Brings the rows from one state to another; what has not changed is not written.
    pub fn write_changes(&self, before: &Tasks, after: &Tasks) -> Result<()> {
        for task in before.iter().filter(|task| after.get(task.kind, task.subject.as_str()).is_none()) {
            self.sql
                .exec("DELETE FROM task WHERE kind = ?1 AND subject = ?2", name(task.kind, task.subject.as_str()))?;
        }
        for task in after.iter().filter(|task| before.get(task.kind, task.subject.as_str()) != Some(task)) {
            let mut values = name(task.kind, task.subject.as_str());
            values.push(serde_json::to_string(task)?.into());
            self.sql.exec(
                "INSERT INTO task (kind, subject, document) VALUES (?1, ?2, ?3)
                 ON CONFLICT (kind, subject) DO UPDATE SET document = excluded.document",
                values,
            )?;
        }
        Ok(())
    }

    /// Reads what came of a task, if anything did.
    pub fn result<T: DeserializeOwned>(&self, kind: TaskKind, subject: &str) -> Result<Option<T>> {
        #[derive(Deserialize)]
        struct Row {
            result: String,
        }
        let query = "SELECT result FROM task WHERE kind = ?1 AND subject = ?2 AND result IS NOT NULL";
        let rows: Vec<Row> = self.sql.exec(query, name(kind, subject))?.to_array()?;
        rows.into_iter().next().map(|row| serde_json::from_str(&row.result).map_err(Error::from)).transpose()
    }

    /// Reads what came of all tasks of a call, less what may not be told any more.
    pub fn results(&self, state: &CallState) -> Result<TaskResults> {
        let mut results = TaskResults { tasks: self.all()?, ..TaskResults::default() };
        for id in state.call.recordings.keys() {
            let subject = id.as_str();
            results.stored.extend(self.result(TaskKind::StoreRecording, subject)?.map(|stored| (id.clone(), stored)));
            results.transcripts.extend(self.result(TaskKind::Transcribe, subject)?.map(|told| (id.clone(), told)));
        }
        results.summary = self.result(TaskKind::Summarise, "")?;
        if results.tasks.is_done(TaskKind::LookUpCaller, "") {
            results.lookup = self.result(TaskKind::LookUpCaller, "")?;
        }
        Ok(results.without_deleted(state))
    }

    /// Forgets all tasks, and what came of them.
    pub fn forget(&self) -> Result<()> {
        self.sql.exec("DELETE FROM task", None)?;
        Ok(())
    }

    /// Forgets the tasks that find out what was said, and what came of them.
    pub fn forget_words(&self) -> Result<()> {
        for kind in TaskKind::OF_WORDS {
            self.sql.exec("DELETE FROM task WHERE kind = ?1", vec![kind.code().into()])?;
        }
        Ok(())
    }

    /// Forgets what came of a task.
    pub fn forget_result(&self, kind: TaskKind, subject: &str) -> Result<()> {
        self.sql.exec("UPDATE task SET result = NULL WHERE kind = ?1 AND subject = ?2", name(kind, subject))?;
        Ok(())
    }

    /// Writes what came of a task; if the task was taken back meanwhile, nothing did.
    pub fn write_result(&self, kind: TaskKind, subject: &str, result: &serde_json::Value) -> Result<()> {
        let mut values = name(kind, subject);
        values.push(result.to_string().into());
        self.sql.exec("UPDATE task SET result = ?3 WHERE kind = ?1 AND subject = ?2", values)?;
        Ok(())
    }
}

fn name(kind: TaskKind, subject: &str) -> Vec<SqlStorageValue> {
    vec![kind.code().into(), subject.into()]
}
