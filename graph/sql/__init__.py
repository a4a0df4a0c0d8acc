"""SQL of our own: tables, engine, migrations, operational stores."""
