"""Tell how a task is that was started with `async` and `poll: 0`."""

from modules.kit import Arg, ModuleFailed, Query, jobs


class AsyncStatus(Query):
    jid = Arg(str, "The job, from `ansible_job_id` of the task that started it")
    mode = Arg(str, "cleanup removes what is kept of the job", default="status", choices=("cleanup", "status"))

    def read(self):
        path = jobs.place(self.jid)
        known = {"ansible_job_id": self.jid, "results_file": path, "started": True, "finished": True}
        try:
            found = jobs.status(self.jid)
        except ValueError:
            raise ModuleFailed("Could not parse job output: the file %s is damaged" % path, **known)
        if found is None:
            hint = "jobs are kept on the host, for the user who started them, until they are cleaned up"
            raise ModuleFailed("could not find job", hint=hint, stdout="", stderr="", **known)
        if self.mode == "cleanup":
            return {
                "ansible_job_id": self.jid, "erased": jobs.forget(self.jid), "started": False, "finished": False,
                "stdout": "", "stderr": "",
            }  # fmt: skip
        result = {"stdout": "", "stderr": "", "changed": False}
        result.update(found)
        return dict(result, started=bool(found.get("started")), finished=bool(found.get("finished")))
