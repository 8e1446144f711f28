# What the code promises about itself: the dependency rule, the g++ 12 rule, and the documents' commands.
urltrim_pytest(architecture test_includes)
urltrim_pytest(architecture test_coroutines)
urltrim_pytest(architecture test_documents SERIAL)
