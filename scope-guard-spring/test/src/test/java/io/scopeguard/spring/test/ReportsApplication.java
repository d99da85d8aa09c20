package io.scopeguard.spring.test;

import org.springframework.boot.autoconfigure.SpringBootApplication;

/** An application as its author wrote it: nothing here knows of tests. */
@SpringBootApplication
class ReportsApplication {}
