package io.scopeguard.spring.test;

import org.springframework.boot.autoconfigure.SpringBootApplication;

/** An ordinary application, without code for tests. */
@SpringBootApplication
class ReportsApplication {}
