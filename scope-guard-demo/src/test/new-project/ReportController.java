package com.example;

import io.scopeguard.spring.RequiresScopes;
import java.util.List;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

@RestController
class ReportController {

    record Report(String title) {}

    interface Reports {
        List<Report> of(String organization);
    }

    private final Reports reports = organization -> List.of(new Report("Q4 of " + organization));

// handler
}
