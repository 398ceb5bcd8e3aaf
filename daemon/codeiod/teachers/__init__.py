"""Who answers: ``openai`` (any compatible endpoint) or ``builtin`` (needs no LLM), behind one seam.

May import ``llm``, ``journal``, ``execution``, ``config``, ``items``, the prompts and the sandbox.
"""
