"""Asset checks: one .sql file each, in the folder of the asset that it guards, run by DuckDB over the lake.

The comment lines at the top of a file describe the check; these steer it:

* `-- per video`: the query gives one row a video of the run (`$video_ids`) with the columns `video_id`, `passed`
  and `is_error` (false: a failure is only a warning); further columns are shown. It never stops what is
  downstream: a refused video is data, and the others go on.
* `-- blocking`: a failure stops what is downstream.
* `-- warning`: a failure is only a warning.
* `-- only with TABLE`: nothing can be wrong as long as that table has no rows, and nothing is looked at.

Any other check looks at the whole lake, and its query gives the rows that are wrong: none is a pass.

Parameters that a query may name: `$video_ids` and those of `policy_parameters` in checks/run.py. Beside the tables and
views of the lake there are `stored_<folder>`, the files of a folder: lake/gathered.py.
"""
