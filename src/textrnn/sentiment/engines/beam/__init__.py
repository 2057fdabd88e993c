"""The engine for corpora and machines past one: Apache Beam.

The pipelines are Beam's; what a token is, what a record is and how a shard is written is this
project's, the same functions that the local engine calls. The runner and its options are
`execution.beam_options`: Beam's DirectRunner without any. Workers on other machines need the files
under the same paths.
"""
