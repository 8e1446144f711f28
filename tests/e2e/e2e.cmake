# The built binary over HTTP. What is timed or kills many processes runs alone.
urltrim_pytest(e2e test_contract TIMEOUT 180)
urltrim_pytest(e2e test_rate_limit TIMEOUT 120)
urltrim_pytest(e2e test_process TIMEOUT 180)
urltrim_pytest(e2e test_kill SERIAL TIMEOUT 600)
urltrim_pytest(e2e test_crash_points TIMEOUT 900)
urltrim_pytest(e2e test_disk_full TIMEOUT 300)
urltrim_pytest(e2e test_release SERIAL TIMEOUT 60)
urltrim_pytest(e2e test_docs_page TIMEOUT 180)
