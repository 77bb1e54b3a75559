"""LangChain: the teacher indexes functions, the encoder finds those that answer a question.

python examples/langchain_rag.py "QUESTION" [ENCODER TEACHER]
"""

import sys

from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnablePassthrough
from langchain_core.vectorstores import InMemoryVectorStore
from standard_functions import CODE, ENCODER, TEACHER

from codequest.integrations.langchain import CodequestEmbeddings

question, *names = sys.argv[1:]
encoder, teacher = names or (ENCODER, TEACHER)
store = InMemoryVectorStore(CodequestEmbeddings(encoder, teacher=teacher))
store.add_texts(list(CODE.values()), ids=list(CODE))  # any vector store of LangChain does

retriever = store.as_retriever(search_kwargs={"k": 3})
context = retriever | (lambda found: "\n".join(f"# {document.id}\n{document.page_content}" for document in found))
prompt = ChatPromptTemplate.from_template("Answer from this code alone.\n\n{context}\n\nQuestion: {question}")
chain = {"context": context, "question": RunnablePassthrough()} | prompt  # | your chat model
print(chain.invoke(question).to_string())
